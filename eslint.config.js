import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Imports that a folder may not make, so that dependencies point one way only: pairs of a pattern and why. */
const oneWay = (files, ...patterns) => ({
  files,
  rules: {
    "@typescript-eslint/no-restricted-imports": [
      "error",
      { patterns: patterns.map(([regex, message]) => ({ regex, message })) },
    ],
  },
});

const pure = "the plan is pure: no Pulumi, no I/O, nothing outside components/plan";
const upwards = "components never import from stacks or scripts: pass what they need as arguments";
const byPath = "import what is used by its path: the whole package takes 0.3 s to load";
const clouds =
  "only a target's or an engine's own folder imports its SDK, so that nothing heavy is loaded for another";

export default defineConfig(
  // The usual Pulumi program is written and compiled as Pulumi's default has it, not as this project is.
  globalIgnores(["node_modules", "test/conventional", "**/*.js", "!eslint.config.js"]),
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
  oneWay(["components/plan/**"], ["^@pulumi/|(^|/)(stacks|scripts)/|^\\.\\./|^node:", pure]),
  oneWay(
    ["components/!(plan)/**"],
    ["(^|/)(stacks|scripts)/", upwards],
    ["^@pulumi/(aws|azure-native|kubernetes|tls)", clouds],
  ),
  oneWay(
    ["components/aws/**"],
    ["(^|/)(stacks|scripts|lab|engine|proof)/", "a target knows the plan alone"],
    ["^@pulumi/(azure-native|kubernetes|tls)", clouds],
    ["^@pulumi/aws$", byPath],
  ),
  oneWay(
    ["components/certificate/**"],
    ["(^|/)(stacks|scripts)/", upwards],
    ["^@pulumi/(aws|azure-native|kubernetes)", clouds],
  ),
  oneWay(
    ["components/engine/kubernetes/**"],
    ["(^|/)(stacks|scripts|lab)/", "an engine knows no target: what it needs of one is handed to it"],
    ["^@pulumi/(aws|azure-native|tls)", clouds],
    ["^@pulumi/kubernetes$", byPath],
  ),
  oneWay(
    ["components/lab/controlPlane/**"],
    ["(^|/)(stacks|scripts)/", upwards],
    ["^@pulumi/(aws|azure-native|tls)", clouds],
    ["^@pulumi/kubernetes$", byPath],
  ),
  oneWay(
    ["components/lab/{linux,check}/**"],
    ["(^|/)(stacks|scripts)/", upwards],
    ["^@pulumi/", "the lab's kernel and its check know nothing of Pulumi, so that scripts/lab works without"],
  ),
  oneWay(
    ["stacks/**"],
    ["(^|/)scripts/", "stacks never import from scripts"],
    ["^@pulumi/(aws|azure-native|kubernetes|tls)", clouds],
  ),
  oneWay(
    ["components/proof/!(gate)/**"],
    [
      "(^|/)(stacks|scripts|engine|environment)/|^(\\.\\./){2,}lab/(?!rule\\.ts)",
      "the proof reads what is registered or deployed, and never what the plan's own code makes of it",
    ],
    [
      "^@pulumi/",
      "the proof is pure, so that it also reads files and live systems; only its gate knows Pulumi",
    ],
  ),
  {
    // What an index is computed for is there: saying so costs nothing, where a check would cost a proof's time.
    files: ["components/proof/{space,reach}/**/*.ts"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off" },
  },
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
