"""Who may ask the server, and what: hosts, other origins, sizes, headers."""

import pytest
from helpers.server import received, serving

from chemdb.explorer.page_files import PAGE
from chemdb.serve.gate import MAX_BODY, MAX_URL


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]", "[::1]:8321"])
def test_names_of_this_computer_are_served(small_server, host):
    assert small_server.get("/api/v1/counts?q=Zn-O", {"host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "10.0.0.1",
        "",
    ],
)
def test_other_names_are_refused(small_server, host):
    answer = small_server.get("/api/v1/counts", {"host": host})
    assert answer.status == 400
    assert answer.problem.startswith("this server is not called")


def test_a_name_can_be_allowed(small_path):
    with serving(small_path, "--allow-host", "hub.example") as server:
        assert server.get("/api/v1/counts", {"host": "Hub.Example:443"}).status == 200
        assert server.get("/api/v1/counts", {"host": "evil.example"}).status == 400


def test_on_all_addresses_any_address_but_no_name_is_served(small_path):
    with serving(small_path, "--host", "0.0.0.0") as server:
        assert server.get("/api/v1/counts", {"host": "192.0.2.7:8321"}).status == 200
        assert server.get("/api/v1/counts", {"host": "evil.example"}).status == 400
        _, errors = server.stop(15)
        assert errors == "chemdb: note: anyone who can reach 0.0.0.0 can query this server\n"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_origins_are_refused(small_server, site):
    answer = small_server.get("/api/v1/counts", {"sec-fetch-site": site})
    assert (answer.status, answer.problem) == (403, "pages of other origins cannot use this server")


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_page_itself_and_the_address_bar_are_served(small_server, site):
    assert small_server.get("/api/v1/counts", {"sec-fetch-site": site}).status == 200


def test_a_link_elsewhere_opens_the_page_but_loads_nothing_of_it(small_server):
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-dest": "document"}
    assert small_server.get("/", headers).status == 200
    assert small_server.get("/api/v1/counts", headers).status == 403
    assert small_server.get("/", headers | {"sec-fetch-dest": "iframe"}).status == 403


@pytest.mark.parametrize(
    "path", ["/", "/app.js", "/api/v1/meta", "/api/v1/counts?q=(", "/pack/head", "/nothing"]
)
def test_every_answer_has_the_headers(small_server, path):
    headers = small_server.get(path).headers
    assert headers["content-security-policy"].startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'"
    )
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers
    assert "access-control-allow-origin" not in headers


def test_long_urls_and_bodies_are_refused(small_server):
    answer = small_server.ask("counts", q="Zn-O OR " * (MAX_URL // 8) + "Zn-O")
    assert (answer.status, answer.problem) == (414, "the URL has more than 8,192 bytes")
    answer = small_server.post("label", b" " * (MAX_BODY + 1))
    assert (answer.status, answer.problem) == (413, "the body has more than 1,000,000 bytes")


def test_a_body_whose_length_is_not_told_is_refused_too(small_server):
    chunks = (b" " * 100_000 for _ in range(11))
    connection = small_server.send("/api/v1/label", {"content-type": "application/json"}, "POST", chunks)
    assert received(connection).status == 413


def test_bodies_that_are_not_formulas_are_refused(small_server):
    assert small_server.post("label", b"{").status == 422
    assert small_server.post("label", {"formulas": ["ZnO"] * 10_001}).status == 422
    assert small_server.post("label", {"formulas": ["ZnO"], "limit": 1}).status == 422
    assert small_server.post("label", {"formulas": ["ZnO"]}, content_type="text/plain").status == 422


def test_no_page_of_another_host_is_needed(small_server):
    assert small_server.get("/docs").status == small_server.get("/api/v1/docs").status == 404


def test_all_urls_are_relative(small_server):
    assert small_server.ask("openapi.json").json["servers"] == [{"url": "."}]
    for path in PAGE.rglob("*.*"):
        if path.suffix in (".html", ".css"):
            assert 'src="/' not in path.read_text()
            assert 'href="/' not in path.read_text()


def test_the_page_and_its_pack_are_served(small_server):
    answer = small_server.get("/")
    assert answer.body == (PAGE / "index.html").read_bytes()
    assert small_server.get("/", {"if-none-match": answer.headers["etag"]}).status == 304
    assert small_server.get("/app.js").headers["content-type"].startswith("text/javascript")
    assert small_server.get("/pack/head").body[:4] == bytes.fromhex("28b52ffd")
    assert small_server.get("/pack/nothing").status == 404


@pytest.mark.parametrize(
    "path", ["/../pack.py", "/%2e%2e/pack.py", "/..%2fpack.py", "//etc/passwd", "/pack/..%2f..%2fhead"]
)
def test_only_files_of_the_page_are_served(small_server, path):
    assert small_server.get(path).status == 404
