/** Starts the page: what predicts is the server or this browser, and all else is the same. */

import { densityOf } from "./density/density.js";
import { browserPredictor } from "./model/browser.js";
import { serverPredictor } from "./model/server.js";
import { startPage } from "./view/page.js";

const form = document.querySelector('meta[name="gazemap-form"]')?.getAttribute("content");
const predictor = form === "server" ? serverPredictor() : browserPredictor();
startPage(predictor);
Object.assign(globalThis, { gazemap: { predictor, densityOf } }); // for the console, and for who compares numbers
