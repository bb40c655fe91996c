/** One word for sh (POSIX, 2.2.2). */
export const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** One string for PowerShell, which takes typographic quotes for plain ones (about_Quoting_Rules). */
export const powershellString = (text: string): string => `'${text.replace(/['\u2018-\u201b]/g, "$&$&")}'`;
