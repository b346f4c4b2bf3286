/**
 * What predicts, and what it answers: the same names and shapes as `POST /v1/predict` of the HTTP API.
 * Two makers: `server.js` asks the API, `browser.js` computes here.
 *
 * @typedef {[height: number, width: number]} Size As everywhere in gazemap, the height comes first.
 *
 * @typedef {object} Grid What the network put out for its whole frame.
 * @property {number} height
 * @property {number} width
 * @property {Float32Array} log_density Row by row. It is base64 of little-endian float32 in the API's JSON.
 *
 * @typedef {object} Fold One screen of an image; of most images the only one. In whole pixels of the image.
 * @property {number} fold From 1, row by row.
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 * @property {Grid} grid
 * @property {Size} frame The pixels that the network sees.
 * @property {"stretch" | "letterbox" | "crop"} fit How the fold lies in the frame.
 *
 * @typedef {object} Prediction
 * @property {string} model
 * @property {boolean} center_bias Whether the center bias is in it.
 * @property {number} width Of the upright image, in pixels.
 * @property {number} height
 * @property {string[]} notes Sentences without a full stop: what was assumed of the image.
 * @property {Fold[]} folds
 *
 * @typedef {object} ModelInfo
 * @property {string} name
 * @property {Size} input_size
 * @property {boolean} has_center_bias Whether it has one that can be left out.
 * @property {boolean} is_default
 *
 * @typedef {object} PredictOptions
 * @property {string} model
 * @property {boolean} centerBias
 * @property {string | null} viewport "1280x800" with the width first, "whole", or null: by the image's shape.
 *
 * @typedef {object} Predictor Its functions reject with an Error whose message is a plain sentence.
 * @property {"server" | "browser"} form
 * @property {() => Promise<ModelInfo[]>} models
 * @property {(file: Blob, options: PredictOptions) => Promise<Prediction>} predict
 */

export {};
