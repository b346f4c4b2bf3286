import assert from "node:assert/strict";
import test from "node:test";
import { forThePage, mark, percent, points, sentence, times } from "../src/view/texts.js";

test("shares, changes and ratios are short", () => {
  assert.equal(percent(0.12345), "12.3\u00a0%");
  assert.deepEqual([0.0312, -0.0312, 0.0001, -0.0001].map(points), ["+3.1", "\u22123.1", "0.0", "0.0"]);
  assert.deepEqual([0.034, 7.726, 12.34, 9.996, 123.4].map(times), ["0.03", "7.73", "12.3", "10.0", "123"]);
  assert.deepEqual([0.0002, 0.5, 38.25].map(mark), ["0", "0.5", "38"]);
});

test("a sentence has one full stop", () => {
  assert.deepEqual(["a", "a.", "why?"].map(sentence), ["a.", "a.", "why?"]);
});

test("notes of commands name what the page has", () => {
  const note =
    "If all of it is seen at once, as of a phone, give --viewport 110x300; for other screens --viewport WIDTHxHEIGHT";
  assert.equal(
    forThePage(note),
    "If all of it is seen at once, as of a phone, choose “all at once” under Seen; for other screens, “in other screens”",
  );
  assert.equal(
    forThePage("know little; for a web page give --condition web-page"),
    "know little; for a web page choose the model’s “web-page”, where it is offered",
  );
});
