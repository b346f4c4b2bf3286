/** Elements of the page, found and made. */

/**
 * An element of index.html.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element ${id}.`);
  return found;
}

/**
 * @param {string} id
 * @returns {HTMLInputElement}
 */
export function inputById(id) {
  return /** @type {HTMLInputElement} */ (byId(id));
}

/**
 * @param {string} id
 * @returns {HTMLSelectElement}
 */
export function selectById(id) {
  return /** @type {HTMLSelectElement} */ (byId(id));
}

/**
 * A new element.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [options] Functions are listeners, other values attributes; what is false or
 *   null is left out.
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, options = {}, ...children) {
  const made = document.createElement(tag);
  setOptions(made, options);
  made.append(...children);
  return made;
}

/**
 * A paragraph that keeps itself back.
 *
 * @param {string} text
 */
export function quiet(text) {
  return element("p", { class: "quiet" }, text);
}

/**
 * A new element of a drawing.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} [options] As for `element`.
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function drawn(tag, options = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  setOptions(made, options);
  made.append(...children);
  return made;
}

/**
 * @param {Element} target
 * @param {Record<string, unknown>} options
 */
export function setOptions(target, options) {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "function") target.addEventListener(name, /** @type {EventListener} */ (value));
    else if (name === "style")
      /** @type {HTMLElement} */ (target).style.cssText = String(value); // the page allows no attribute
    else if (value === false || value === null) target.removeAttribute(name);
    else if (target.getAttribute(name) !== String(value))
      target.setAttribute(name, value === true ? "" : String(value));
  }
}

/**
 * Makes the children of an element those of some keys, in their order, and keeps those that are there: the
 * focus and what is typed stay.
 *
 * @template {Element} Child
 * @param {Element} parent
 * @param {string[]} keys
 * @param {(key: string) => Child} make
 * @returns {Child[]}
 */
export function keyedChildren(parent, keys, make) {
  const old = new Map([...parent.children].map((child) => [child.getAttribute("data-key"), child]));
  const children = keys.map((key) => {
    const child = /** @type {Child} */ (old.get(key) ?? make(key));
    child.setAttribute("data-key", key);
    return child;
  });
  const focused = document.activeElement;
  for (const [key, child] of old) if (!keys.includes(key ?? "")) child.remove();
  children.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
  if (focused !== document.activeElement && focused?.isConnected)
    /** @type {HTMLElement} */ (focused).focus();
  return children;
}
