/** Starts the page: what predicts is the server or this browser, and all else is the same. */

import { browserPredictor } from "./model/browser.js";
import { serverPredictor } from "./model/server.js";
import { startPage } from "./view/page.js";

const form = document.querySelector('meta[name="gazemap-form"]')?.getAttribute("content");
startPage(form === "server" ? serverPredictor() : browserPredictor());
