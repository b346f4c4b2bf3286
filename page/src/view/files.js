/** Files that the page makes, with the columns and keys of the Python commands. */

const FORMULA = /^'*[=+@\t-]/; // what spreadsheets would run; an apostrophe in front is not shown there

/**
 * @param {Blob} content
 * @param {string} name
 */
export function download(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // once it is surely written
}

/**
 * Rows as CSV, as gazemap.analysis.tables writes them.
 *
 * @param {Record<string, string | number>[]} rows At least one; all with the same keys.
 */
export function csvOf(rows) {
  const lines = [Object.keys(rows[0]), ...rows.map((row) => Object.values(row).map(cellOf))];
  return lines.map((cells) => cells.map(quoted).join(",")).join("\n") + "\n";
}

/**
 * @param {unknown} value
 */
export function jsonOf(value) {
  return JSON.stringify(value, null, 2) + "\n";
}

/** @param {string | number} value */
function cellOf(value) {
  return typeof value === "string" && FORMULA.test(value) ? `'${value}` : String(value);
}

/** @param {string} text */
function quoted(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
