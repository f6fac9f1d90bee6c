"""The front end: its files for a server, or joined into one self-contained page."""

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

#: The files of the front end; `page/types.js` says what its modules pass to each other.
PAGE = Path(__file__).parent / "page"
#: Others are for `make lint` only.
SUFFIXES = (".html", ".css", ".js", ".LICENSE")
#: Modules with which the page and its worker begin.
START, WORKER = "app.js", "worker.js"
#: What a page in a folder may load. A server sends the same as a header, and forbids frames.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
_IMPORT = re.compile(r'^import (?:\{ (?P<names>.+) \} from )?"(?P<path>\.{1,2}/.+\.js)";$')
_EXPORT = re.compile(r"^export (?P<kind>(?:async )?function\*?|class|const|var) (?P<name>\w+)")
_EXPORT_NAMES = re.compile(r"^export \{(?P<names>[\w, ]*)\};$")


def page_files() -> dict[str, bytes]:
    """Return the files of the front end by path, such as ``screens/explore.js``."""
    return {
        path.relative_to(PAGE).as_posix(): path.read_bytes()
        for path in sorted(PAGE.rglob("*"))
        if path.is_file() and path.suffix in SUFFIXES
    }


def folder_files(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a folder that any web server can serve: the front end, and the pack beside it."""
    files = page_files() | {f"pack/{name}": part for name, part in parts.items()}
    files["index.html"] = _with_policy(files["index.html"].decode(), POLICY).encode()
    return files


def single_page(parts: Mapping[str, bytes]) -> str:
    """Return a self-contained page, which opens without a server."""
    files = page_files()
    page, style = files["index.html"].decode(), files["style.css"].decode()
    program, worker = joined_modules(files, START), joined_modules(files, WORKER)
    policy = POLICY | {
        "script-src": f"{_hash(program)} blob:",
        "style-src": _hash(style),
        "img-src": "data: blob:",
        "connect-src": "'none'",
        "worker-src": "blob:",
    }
    data = "".join(
        f'<script type="text/plain" data-part="{name}">{base64.b64encode(part).decode()}</script>\n'
        for name, part in parts.items()
    )
    page = _replaced(page, '<link rel="stylesheet" href="style.css">', f"<style>{style}</style>")
    page = _replaced(
        page,
        f'<script type="module" src="{START}"></script>',
        f'{data}<script type="text/plain" data-worker>{worker}</script>\n<script>{program}</script>',
    )
    return _with_policy(page, policy)


def joined_modules(files: Mapping[str, bytes], start: str) -> str:
    """Return a module and all that it imports as one script.

    A page that was opened as a file cannot import modules from other files. Each module becomes a
    function that returns what it exports.
    """
    scripts: dict[str, str] = {}

    def add(path: str, importing: tuple[str, ...]) -> None:
        if path in importing:
            raise ValueError(f"modules import each other: {' → '.join((*importing, path))}")
        if path in scripts:
            return
        lines, exported = [], []
        for line in files[path].decode().splitlines():
            if found := _IMPORT.match(line):
                other = _resolved(path, found["path"])
                add(other, (*importing, path))
                if names := found["names"]:
                    lines.append(f'const {{ {names.replace(" as ", ": ")} }} = modules["{other}"];')
            elif found := _EXPORT.match(line):
                exported.append(found["name"])
                lines.append(line.removeprefix("export "))
            elif found := _EXPORT_NAMES.match(line):
                exported += [name.strip() for name in found["names"].split(",") if name.strip()]
            elif line.startswith(("import ", "export ")):
                raise ValueError(f"{path}: cannot be joined with others: {line}")
            else:
                lines.append(line)
        body = "\n".join(lines)
        scripts[path] = f'modules["{path}"] = (() => {{\n{body}\nreturn {{ {", ".join(exported)} }};\n}})();'

    add(start, ())
    joined = "\n".join(scripts.values())
    if "</script" in joined.lower():
        raise ValueError(f"{start}: its modules contain </script")
    return f'"use strict";\n{{\nconst modules = {{}};\n{joined}\n}}'


def _resolved(path: str, imported: str) -> str:
    """Return the path of a module that another imports."""
    parts: list[str] = []
    for part in (PurePosixPath(path).parent / imported).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _hash(text: str) -> str:
    """Return the source expression that allows an inline script or style in a content security policy."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _with_policy(page: str, policy: Mapping[str, str]) -> str:
    content = "; ".join(f"{name} {value}" for name, value in policy.items())
    charset = '<meta charset="utf-8">'
    return _replaced(
        page, charset, f'{charset}\n    <meta http-equiv="Content-Security-Policy" content="{content}">'
    )


def _replaced(page: str, old: str, new: str) -> str:
    if page.count(old) != 1:
        raise ValueError(f"index.html: expected {old} once")
    return page.replace(old, new)
