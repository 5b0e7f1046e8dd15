"""Reads a site's Atom feeds and its site map: feeds.py SITE BASE-URL

feedparser reads the feeds; what it forgives (RFC 4287, section 4.1) and the site map's rules (sitemaps.org) are
asked of Python's own XML parser.
"""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import feedparser

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
DAY = re.compile(r"\d{4}-\d\d-\d\d(T.*)?")
DEEPEST = 5

failed = 0


def tell(name: str, faults: list[str]) -> None:
    """Says a check's outcome as tally.mjs does."""
    global failed
    if not faults:
        print(f"ok {name}")
        return
    failed += 1
    print(f"FAILED {name}")
    for fault in faults[:DEEPEST]:
        print(f"    {fault}")


def one(element: ElementTree.Element, name: str, faults: list[str], about: str) -> str:
    """The text of the child that must be there once."""
    found = element.findall(ATOM + name)
    if len(found) != 1:
        faults.append(f"{about}: {len(found)} of {name}")
        return ""
    return (found[0].text or "").strip()


def atom(path: Path, base: str) -> list[str]:
    faults: list[str] = []
    parsed = feedparser.parse(path.read_bytes())
    if parsed.bozo:
        faults.append(f"feedparser: {parsed.bozo_exception}")
    if parsed.version != "atom10":
        faults.append(f"feedparser takes it for {parsed.version}")
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except ElementTree.ParseError as error:
        return [*faults, f"it is no XML: {error}"]
    entries = root.findall(ATOM + "entry")
    if len(parsed.entries) != len(entries) or not entries:
        faults.append(f"feedparser finds {len(parsed.entries)} of {len(entries)} entries")
    one(root, "title", faults, "feed")
    links = {link.get("rel", "alternate"): link.get("href", "") for link in root.findall(ATOM + "link")}
    if links.get("self") != base + path.name:
        faults.append(f"its own address is {links.get('self')}")
    ids = [one(element, "id", faults, "feed or entry") for element in [root, *entries]]
    if len(set(ids)) != len(ids):
        faults.append("two ids are the same")
    for text in ids:
        if not re.match(r"[a-z][a-z0-9+.-]*:", text):
            faults.append(f"the id {text} is no IRI")
    for element in [root, *entries]:
        about = element.findtext(ATOM + "title") or "entry"
        updated = one(element, "updated", faults, about)
        times = [updated, *(published.text or "" for published in element.findall(ATOM + "published"))]
        faults.extend(f"{about}: {time} is no time" for time in times if not TIME.fullmatch(time))
        if element is not root:
            one(element, "title", faults, about)
            hrefs = [link.get("href", "") for link in element.findall(ATOM + "link")]
            faults.extend(f"{about}: leads to {href}" for href in hrefs if not href.startswith(base))
            if not hrefs and element.find(ATOM + "content") is None:
                faults.append(f"{about}: neither link nor content")
        if element.find(ATOM + "author") is None and root.find(ATOM + "author") is None:
            faults.append(f"{about}: no author")
    return faults


def site_map(folder: Path, base: str) -> list[str]:
    faults: list[str] = []
    root = ElementTree.parse(folder / "sitemap.xml").getroot()
    if root.tag != MAP + "urlset":
        faults.append(f"its root is {root.tag}")
    locations = [(url.findtext(MAP + "loc") or "") for url in root.findall(MAP + "url")]
    if not 0 < len(locations) <= 50_000 or len(set(locations)) != len(locations):
        faults.append(f"{len(locations)} addresses, {len(set(locations))} of them different")
    for location in locations:
        if not location.startswith(base):
            faults.append(f"{location} is not of this site")
        elif not (folder / location.removeprefix(base) / "index.html").is_file():
            faults.append(f"{location} has no page")
    for changed in root.iter(MAP + "lastmod"):
        if not DAY.fullmatch(changed.text or ""):
            faults.append(f"{changed.text} is no day")
    claims = {path.parent.name for path in folder.glob("claims/*/index.html")}
    listed = {location.rstrip("/").rsplit("/", 1)[1] for location in locations}
    faults.extend(f"the claim {claim} is not in it" for claim in sorted(claims - listed))
    return faults


site, address = Path(sys.argv[1]), sys.argv[2]
for name in ["feed.atom", "corrections.atom"]:
    tell(f"{name} by feedparser and RFC 4287", atom(site / name, address))
tell("the site map's rules", site_map(site, address))
sys.exit(1 if failed else 0)
