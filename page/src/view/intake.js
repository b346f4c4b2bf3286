/**
 * Images come in: dropped, pasted or chosen, several at once.
 *
 * @typedef {import("./store.js").Store} Store
 * @typedef {import("./store.js").Entry} Entry
 */

import { byId, inputById } from "./elements.js";
import { say } from "./live.js";
import { pictureOf } from "./pictures.js";
import { newId } from "./store.js";

/** @param {Store} store */
export function startIntake(store) {
  const input = inputById("files");
  for (const id of ["add", "choose"]) byId(id).addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    addFiles(store, [...(input.files ?? [])]);
    input.value = ""; // so that the same file can be chosen again
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) event.preventDefault();
    addFiles(store, files);
  });
  listenToDrops(store);
}

/** @param {Store} store */
function listenToDrops(store) {
  const setOver = (/** @type {boolean} */ isOver) => document.body.classList.toggle("is-over", isOver);
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) setOver(false);
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    setOver(false);
    addFiles(store, [...(event.dataTransfer?.files ?? [])]);
  });
}

/**
 * @param {Store} store
 * @param {File[]} files
 */
function addFiles(store, files) {
  if (!files.length) return;
  const added = files.map((file) => newEntry(file, store.get().entries));
  const { entries, chosen } = store.get();
  const all = [...entries, ...added];
  store.set({ entries: all, chosen: chosen ?? added[0].id, other: store.get().other ?? all[1]?.id ?? null });
  say(files.length === 1 ? `${files[0].name} was added.` : `${files.length} images were added.`);
  for (const { id, file } of added) {
    pictureOf(file).then((picture) => store.setEntry(id, { picture }));
  }
}

/**
 * @param {File} file
 * @param {Entry[]} entries
 * @returns {Entry}
 */
function newEntry(file, entries) {
  const pasted = /^image\.\w+$/.test(file.name); // the name of every screenshot in a clipboard
  const name = pasted ? `screenshot ${entries.length + 1}.png` : file.name;
  return {
    id: newId("image"),
    name,
    file,
    status: "waiting",
    picture: null,
    prediction: null,
    map: null,
    areas: [],
  };
}
