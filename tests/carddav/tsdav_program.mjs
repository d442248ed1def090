// A program that uses tsdav, as a test calls it: node tsdav_program.mjs FOLDER-OF-TSDAV URL USER PASSWORD < book.json
// It reads the book as the last call printed it (or null), does one round, and prints what it saw.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, serverUrl, username, password] = process.argv.slice(2);
const { DAVClient } = createRequire(`${folder}/package.json`)("tsdav");
const client = new DAVClient({
  serverUrl, credentials: { username, password }, authMethod: "Basic", defaultAccountType: "carddav",
});
await client.login();
const last = JSON.parse(readFileSync(0, "utf8"));

async function firstRound() {
  const [book] = await client.fetchAddressBooks();
  const cards = await client.fetchVCards({ addressBook: book });
  const query = await client.addressBookQuery({
    url: book.url, depth: "1", props: { "d:getetag": {} },
    filters: {
      "prop-filter": {
        _attributes: { name: "FN" },
        "text-match": { _attributes: { "match-type": "contains" }, _text: "Marge" },
      },
    },
  });
  return { book: { ...book, objects: cards }, found: query.map(({ href }) => href) };
}

async function laterRound(book) {
  const seen = await client.smartCollectionSync({
    collection: { ...book, objectMultiGet: (args) => client.addressBookMultiGet(args) },
    method: "webdav", detailedResult: true, account: client.account,
  });
  const lines = (uid, name) =>
    ["BEGIN:VCARD", "VERSION:3.0", `UID:${uid}`, `FN:${name}`, `N:;${name};;;`, "X-ODD:1", "END:VCARD", ""].join("\r\n");
  const add = (uid) =>
    client.createVCard({ addressBook: book, filename: `${uid}.vcf`, vCardString: lines(uid, "Ned") });
  const created = await add("ned");
  const twice = await add("ned");
  const card = { url: new URL("ned.vcf", book.url).href, etag: created.headers.get("etag"), data: lines("ned", "Ned F") };
  const updated = await client.updateVCard({ vCard: card });
  const stale = await client.updateVCard({ vCard: card });
  const staleDelete = await client.deleteVCard({ vCard: card });
  await add("rod");
  const rod = { url: new URL("rod.vcf", book.url).href, etag: "" };
  [{ etag: rod.etag }] = await client.fetchVCards({ addressBook: book, objectUrls: [rod.url] });
  const deleted = await client.deleteVCard({ vCard: rod });
  const statuses = Object.fromEntries(
    Object.entries({ created, twice, updated, stale, staleDelete, deleted }).map(([name, { status }]) => [name, status]),
  );
  return { seen: seen.objects, statuses };
}

console.log(JSON.stringify(last === null ? await firstRound() : await laterRound(last)));
