"""The periodic table and the text of a query say the same."""

from helpers.generated_queries import queries
from playwright.sync_api import expect

#: Reads queries as the picker does, writes what it shows, and counts both.
ROUND_TRIP = """async (texts) => {
  const { createClient } = await import("./client.js");
  const { fromPicker, toPicker } = await import("./query/query_text.js");
  const { Vocabulary } = await import("./space/vocabulary.js");
  const client = createClient();
  const vocabulary = new Vocabulary(await client.meta);
  const found = [];
  for (const text of texts) {
    const written = fromPicker(toPicker(text, vocabulary));
    if ("filter" in client.parse(text)) found.push([text, written, await client.counts(text), await client.counts(written)]);
  }
  return found;
}"""


def test_what_the_picker_writes_means_what_it_read(page, site):
    page.goto(f"{site}#/about")
    expect(page.locator("#known")).not_to_be_empty()
    found = page.evaluate(ROUND_TRIP, queries(300, 17, (2, 3), 4, ("lab",)))
    assert len(found) > 200
    for text, written, before, after in found:
        assert after == before, (text, written)
