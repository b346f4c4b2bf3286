import assert from "node:assert/strict";
import test from "node:test";
import { csvOf, jsonOf } from "../src/view/files.js";

test("cells with separators, quotes and line ends are quoted", () => {
  assert.equal(csvOf([{ name: 'a, "b"\nc', share: 0.5 }]), 'name,share\n"a, ""b""\nc",0.5\n');
});

test("what a spreadsheet would run gets an apostrophe; a number below zero does not", () => {
  assert.equal(
    csvOf([
      { name: "=1+1", change: -0.5 },
      { name: "'+x", change: 1 },
    ]),
    "name,change\n'=1+1,-0.5\n''+x,1\n",
  );
});

test("JSON has no number that is not finite", () => {
  assert.equal(jsonOf({ cc: NaN }), '{\n  "cc": null\n}\n');
});
