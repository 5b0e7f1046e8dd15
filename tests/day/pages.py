"""The pages of the day: three articles and two records, all of our own invention."""

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} | {publisher}</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="{publisher}">
<meta name="author" content="{author}"><meta property="article:published_time" content="{published}">
</head><body><nav><a href="/">Home</a> <a href="/town">Town</a> <a href="/sport">Sport</a></nav>
<main><article><h1>{title}</h1><p class="byline">By {author}</p>
{text}
</article></main><footer>© {publisher}. Imprint. Privacy.</footer></body></html>
"""


def page(title, publisher, author, published, *paragraphs):
    """Write a page as a news site does."""
    text = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return PAGE.format(title=title, publisher=publisher, author=author, published=published, text=text)


BRIDGE = (
    "Mayor defends the price of the bridge", "Harbour News", "Ida Lund", "2026-03-09T07:30:00Z",
    "The repair of the harbour bridge cost 14 million crowns, the mayor, Ada Venn, said on Monday at"
    " the opening of the new lanes. She said that the bridge had been closed for eleven months.",
    "Traffic on the ring road rose by a third while the bridge was closed, according to the county’s"
    " road office. Shop owners in the old town complained about the noise.",
    "“Nobody in this town paid a crown more in taxes for it,” Venn said.",
)

HOSPITAL = (
    "Union: every fifth post for nurses is vacant", "Harbour News", "Tom Aske", "2026-03-09T09:00:00Z",
    "Every fifth post for nurses at the county hospital is vacant, the union’s chair, Lena Borg, told"
    " reporters on Monday. The hospital’s director, Olof Krans, said that 31 nurses were hired in"
    " February.",
    "The hospital has 410 beds. A second emergency room is planned for 2028.",
)

TAXES = (
    "Council keeps the taxes where they are", "The Corvale Courier", "Mia Roth", "2026-03-09T10:15:00Z",
    "The town council left the rate of the property tax unchanged on Monday. The finance officer, Per"
    " Dahl, said that the town’s debt had fallen to 52 million crowns.",
    "Opposition leader Jon Stark claimed that the bridge had cost the town 17 million crowns.",
)

ACCOUNT = (
    "Final account of the harbour bridge", "Corvale Town Archive", "The town clerk", "2026-03-02T12:00:00Z",
    "The council approved the final account of the repair of the harbour bridge on 2 March. The"
    " account comes to 17.2 million crowns, of which the state paid 3.2 million crowns.",
    "The account is open to everybody at the town hall.",
)


def pages():
    """Return all pages by their paths."""
    return {
        "/bridge": page(*BRIDGE),
        "/hospital": page(*HOSPITAL),
        "/taxes": page(*TAXES),
        "/account": page(*ACCOUNT),
    }


def corrected():
    """Return the first article as it is after the newspaper changed it."""
    title, publisher, author, published, first, *others = BRIDGE
    first = first.replace("cost 14 million crowns", "cost the town 14 million crowns")
    note = "This article was updated on Tuesday with what the state paid."
    return page(title, publisher, author, published, note, first, *others)
