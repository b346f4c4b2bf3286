import { densityOf } from "./density/density.js";
import { browserPredictor } from "./model/browser.js";

const predictor = browserPredictor();
const input = /** @type {HTMLInputElement} */ (document.querySelector("input"));
const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector("canvas"));
const status = /** @type {HTMLElement} */ (document.querySelector("[role=status]"));

input.addEventListener("change", async () => {
  try {
    const [model] = await predictor.models();
    const file = /** @type {FileList} */ (input.files)[0];
    const prediction = await predictor.predict(file, { model: model.name, centerBias: true, viewport: null });
    const density = densityOf(prediction.folds[0], [canvas.height, canvas.width]);
    const most = density.reduce((high, value) => Math.max(high, value), 0);
    const picture = new ImageData(canvas.width, canvas.height);
    density.forEach((value, i) => picture.data.set([255, 0, 0, (255 * value) / most], 4 * i));
    canvas.getContext("2d")?.putImageData(picture, 0, 0);
    status.textContent = "Done.";
  } catch (error) {
    status.textContent = error instanceof Error ? error.message : String(error);
  }
});
