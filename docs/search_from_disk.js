// The search of MkDocs asks a Worker, which no browser gives to a page that was opened from the disk.
// There this one stands in for it: it loads the same index as a script and searches in the page.
if (location.protocol === "file:") {
  const load = (name) =>
    new Promise((done) => {
      const script = document.createElement("script");
      script.src = `${base_url}/search/${name}`;
      script.onload = done;
      document.head.append(script);
    });

  globalThis.Worker = class {
    async postMessage({ init, query }) {
      if (init) {
        await load("lunr.js");
        await load("search_index.js");
        const { config, docs } = searchIndex;
        lunr.tokenizer.separator = new RegExp(config.separator);
        this.pages = new Map(docs.map((page) => [page.location, page]));
        this.index = lunr(function () {
          this.ref("location");
          this.field("title");
          this.field("text");
          docs.forEach((page) => this.add(page));
        });
        this.onmessage({ data: { config } });
        this.onmessage({ data: { allowSearch: true } });
      } else {
        const found = this.index.search(query).map(({ ref }) => this.pages.get(ref));
        this.onmessage({ data: { results: found.map((page) => ({ ...page, summary: page.text.slice(0, 200) })) } });
      }
    }
  };
}
