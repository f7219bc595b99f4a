"""Run by gdb with values.cpp: every type that wherry.natvis names is there, and has the members that its expressions name."""
import os
import re
import xml.etree.ElementTree as xml

import gdb

SPACE = "{http://schemas.microsoft.com/vstudio/debugger/natvis/2010}"
EXAMPLES = {"result<*>": "result<int>", "sequence<*>": "sequence<int>"}


def member_type(kind, name):
    for field in kind.strip_typedefs().fields():
        if field.name == name:
            return field.type
        if field.name is None:
            found = member_type(field.type, name)
            if found is not None:
                return found
    return None


def check(path):
    checked = 0
    for one in xml.parse(path).getroot().iter(SPACE + "Type"):
        name = one.get("Name").replace("wherry::v0::", "")
        kind = gdb.lookup_type("wherry::v0::" + EXAMPLES.get(name, name))
        texts = [e.text or "" for e in one.iter()] + [v for e in one.iter() for k, v in e.items() if k in ("Condition", "Expression")]
        for text in texts:
            for chain in re.findall(r"(?<![\w.>])\w+_(?:\.\w+_)*(?![\w(])", text):
                at = kind
                for part in chain.split("."):
                    at = member_type(at, part)
                    if at is None:
                        raise RuntimeError("wherry.natvis: %s has no %s" % (name, chain))
                    checked += 1
            for value in re.findall(r"DType::(\w+)", text):
                if "wherry::v0::DType::" + value not in [f.name for f in gdb.lookup_type("wherry::v0::DType").fields()]:
                    raise RuntimeError("wherry.natvis: no DType::" + value)
    print("natvis: %d members" % checked)


check(os.environ["WHERRY_NATVIS"])
