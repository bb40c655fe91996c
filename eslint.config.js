import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Imports that a folder may not make, so that dependencies point one way only. */
const oneWay = (files, patterns, message) => ({
  files,
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      { patterns: patterns.map((regex) => ({ regex, message })) },
    ],
  },
});

const pulumiSdks = "^@pulumi/";
const stacks = "(^|/)stacks/";
const scripts = "(^|/)scripts/";
export default defineConfig(
  globalIgnores(["node_modules", "**/*.js", "!eslint.config.js"]),
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/strict-boolean-expressions": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unnecessary-condition": ["error", { allowConstantLoopConditions: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/consistent-type-definitions": ["error", "interface"],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/prefer-readonly": "error",
      eqeqeq: "error",
    },
  },
  // stacks -> components/<target> -> components/plan, and never backwards.
  oneWay(
    ["components/plan/**"],
    [pulumiSdks, stacks, scripts, "^\\.\\./", "^node:"],
    "the plan is pure: no Pulumi, no I/O, nothing outside components/plan",
  ),
  oneWay(
    ["components/!(plan)/**"],
    [stacks, scripts],
    "components never import from stacks or scripts: pass what they need as arguments",
  ),
  oneWay(["stacks/**"], [scripts], "stacks never import from scripts"),
  {
    // Mocha's describe and it return promises that mocha itself awaits.
    files: ["test/**/*.ts"],
    rules: {
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", name: ["describe", "it"], package: "@types/mocha" }] },
      ],
    },
  },
);
