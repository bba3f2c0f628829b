// CPU milliseconds an image of sharp (npm), as usually written and as a cascade; one thread.
// usage: node sharp_resize.mjs FILE ROUNDS WIDTH...   after `npm install --prefix bench`
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const sharp = require("sharp");
const [file, rounds, ...rest] = process.argv.slice(2);
const body = readFileSync(file);
const widths = rest.map(Number);
sharp.concurrency(1);
sharp.cache(false);

const jpeg = (image) => image.jpeg({ quality: 80 }).toBuffer();

const ways = {
  async usual() {
    for (const width of widths) await jpeg(sharp(body).rotate().resize({ width, withoutEnlargement: true }));
  },
  async cascade() {
    const first = sharp(body).rotate().resize({ width: widths[0], withoutEnlargement: true });
    let { data, info } = await first.removeAlpha().raw().toBuffer({ resolveWithObject: true });
    for (const width of widths) {
      const raw = { raw: { width: info.width, height: info.height, channels: info.channels } };
      ({ data, info } = await sharp(data, raw).resize({ width, withoutEnlargement: true }).raw().toBuffer({ resolveWithObject: true }));
      await jpeg(sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } }));
    }
  },
};

const best = {};
for (let round = 0; round < Number(rounds); round++) {
  for (const [name, way] of Object.entries(ways)) {
    await way();
    const before = process.cpuUsage();
    await way();
    const { user, system } = process.cpuUsage(before);
    best[name] = Math.min(best[name] ?? Infinity, (user + system) / 1000);
  }
}
console.log(JSON.stringify(best));
