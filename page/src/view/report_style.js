/** The style of a report, which holds it on one page. */

export const STYLE = `
@page {
  size: A4;
  margin: 14mm;
}
* {
  box-sizing: border-box;
  -webkit-print-color-adjust: exact;
  print-color-adjust: exact;
}
body {
  margin: 0 auto;
  padding: 1.5rem;
  max-width: 182mm;
  font:
    10pt/1.4 system-ui,
    "Segoe UI",
    Roboto,
    Arial,
    sans-serif;
  color: #1f1b24;
  background: #fff;
}
@media print {
  body {
    padding: 0;
    max-width: none;
  }
}
h1 {
  font-size: 15pt;
  margin: 0 0 1mm;
  white-space: nowrap;
  overflow: hidden;
  text-overflow: ellipsis;
}
figcaption {
  white-space: nowrap;
  overflow: hidden;
  text-overflow: ellipsis;
}
h2 {
  font-size: 10.5pt;
  margin: 0 0 1mm;
}
p {
  margin: 0 0 1.5mm;
}
header p,
small,
figcaption,
.notes {
  color: #5e5867;
}
small,
figcaption,
.notes {
  font-size: 8.5pt;
}
.pictures {
  display: flex;
  gap: 5mm;
  margin: 4mm 0 3mm;
}
figure {
  margin: 0;
  flex: 1;
  min-width: 0;
}
img {
  display: block;
  max-width: 100%;
  max-height: 74mm;
  border-radius: 1mm;
}
.scale {
  max-width: 100mm;
  margin-bottom: 3mm;
  font-size: 8.5pt;
}
.colors {
  height: 3mm;
  border-radius: 1mm;
  border: 1px solid #bbb;
}
.ticks {
  position: relative;
  height: 4.5mm;
}
.ticks span {
  position: absolute;
  transform: translateX(-50%);
}
.ticks span:first-child {
  transform: none;
}
.ticks span:last-child {
  transform: translateX(-100%);
}
.swatch {
  display: inline-block;
  width: 6mm;
  height: 1.2mm;
  outline: 1px solid #444;
  vertical-align: middle;
  margin: 0 1mm 0 3mm;
}
table {
  border-collapse: collapse;
  width: 100%;
  margin-bottom: 3mm;
  font-variant-numeric: tabular-nums;
  font-size: 9.5pt;
}
th,
td {
  text-align: right;
  padding: 0.5mm 2mm;
  border-bottom: 1px solid #ddd;
}
thead th {
  color: #5e5867;
  font-weight: 500;
  font-size: 8.5pt;
}
th,
td {
  white-space: nowrap;
}
th.name,
td.name {
  text-align: left;
  max-width: 60mm;
  overflow: hidden;
  text-overflow: ellipsis;
}
ul {
  margin: 0 0 3mm;
  padding-left: 5mm;
}
.meaning {
  border-top: 1px solid #ccc;
  padding-top: 2.5mm;
  font-size: 8.5pt;
  color: #413b49;
}
`;
