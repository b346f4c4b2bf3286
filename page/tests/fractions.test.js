import assert from "node:assert/strict";
import test from "node:test";
import { nearest, parseAspect } from "../src/density/fractions.js";

test("aspects are exact", () => {
  assert.deepEqual(parseAspect("16:9"), { over: 16n, under: 9n });
  assert.deepEqual(parseAspect(" 1.91:1 "), { over: 191n, under: 100n });
  assert.deepEqual(parseAspect("1.5"), { over: 15n, under: 10n });
  for (const wrong of ["", "0:1", "1:0", "a", "1:2:3", "-1", "1e3"])
    assert.throws(() => parseAspect(wrong), /WIDTH:HEIGHT/);
});

test("the upper of two whole numbers is the nearest", () => {
  assert.equal(nearest(3, { over: 1n, under: 2n }), 2);
  assert.equal(nearest(20000, parseAspect("999999.999999:1")), 20000000000);
});
