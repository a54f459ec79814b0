"""XML from untrusted files: no entities, no network, no DTD, bounded depth.

In: bytes. Out: the root element, or InputRefused.
"""

from __future__ import annotations

from lxml import etree

from vigie.ingest.decode import decode
from vigie.ingest.reader import Blob


def parse_xml(data: bytes, blob: Blob) -> etree._Element:
    """Root of an XML part. Entities are refused, even harmless ones: office files declare none."""
    # libxml2 without huge_tree also refuses more than 256 levels and text nodes above 10 MB.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    if "<!ENTITY" in (decode(data) or ""):
        raise blob.refuse("declares XML entities", "save or export it again")
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise blob.refuse("broken XML inside, or nested too deeply", "save or export it again") from None
    return root


def local_name(element: etree._Element) -> str:
    """Tag without its namespace; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """Value of an attribute whatever its namespace, "" if it is not there."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def field_text(root: etree._Element, *names: str) -> list[str]:
    """Texts of the elements with these local names, in the order of `names`."""
    found = {
        name: [e.text.strip() for e in root.iter("{*}" + name) if e.text and e.text.strip()] for name in names
    }
    return [text for name in names for text in found[name]]
