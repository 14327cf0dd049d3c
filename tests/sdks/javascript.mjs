// Plays stories with the JavaScript SDK (@runware/sdk-js) and prints what came of each, as JSON.
// It is told the address and the key, and the `options` of a story that has some. Standard input: see older_python.py.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder] = process.argv.slice(2);
const { Runware } = await import(pathToFileURL(`${folder}/node_modules/@runware/sdk-js/dist/index.js`));
const asked = JSON.parse(readFileSync(0, "utf8"));

async function play(story) {
  let client;
  try {
    client = await Runware.initialize({ apiKey: story.key ?? asked.key, url: asked.url, ...story.options });
    const order = { ...story.order };
    if (story.upload) {
      const stored = await client.mediaStorage({ operation: "upload", media: story.upload });
      order.inputs = { frameImages: [{ image: stored.mediaUUID, frame: "first" }] };
    }
    const results = await client.videoInference(order);
    if (story.again) await client.videoInference(story.order);
    return { results };
  } catch (error) {
    return { error: error?.error ?? error?.message ?? String(error) };
  } finally {
    await client?.disconnect();
  }
}

const names = Object.keys(asked.stories);
const played = await Promise.all(Object.values(asked.stories).map(play));
const text = JSON.stringify(Object.fromEntries(names.map((name, number) => [name, played[number]])));
process.stdout.write(text, () => process.exit(0)); // a refused client leaves its timers running
