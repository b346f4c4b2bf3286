/** The version of gazemap that the page was built from; build.js writes it in place of the name. */

// @ts-expect-error - nothing has this name before
export const VERSION = globalThis.GAZEMAP_VERSION ?? "";
