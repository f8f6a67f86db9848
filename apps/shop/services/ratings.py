"""shop-ratings in Python, with what Python brings along: the same as ratings.js, so that a shop has two languages.

    GET /ratings?products=cup,kite      {"cup": {"average": 4.5, "count": 2, "by": "python"}, ...}
    POST /ratings/PRODUCT               1 to 5

Health, metrics, switches and the end are as in lib/service.js.
"""

import http.client
import json
import os
import random
import signal
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

FIRST = {"sum": 9, "count": 2}
BODY_BYTES_MAX = 64 * 1024
BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
SHARES = {"delayMs": 60_000, "delayShare": 1, "errorShare": 1}

switches = {
    "delayMs": float(os.environ.get("SWITCH_DELAY_MS", 0)),
    "delayShare": float(os.environ.get("SWITCH_DELAY_SHARE", 1)),
    "errorShare": float(os.environ.get("SWITCH_ERROR_SHARE", 0)),
    "notReady": False,
}
draining = threading.Event()
lock = threading.Lock()
began_at = time.time()
requests, buckets, in_flight, seconds = {}, [0] * (len(BUCKETS) + 1), 0, 0.0


class Refusal(Exception):
    """An answer with a status and a sentence."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def log(**line):
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    sys.stdout.write(json.dumps({"at": now + "Z", "service": "ratings", **line}) + "\n")
    sys.stdout.flush()


def database():
    """Host and port of shop-db, as lib/call.js finds them."""
    env = os.environ
    if env.get("DB_URL"):
        url = urlsplit(env["DB_URL"])
        return url.hostname, url.port or 80
    return env.get("DB_SERVICE_HOST", "db"), int(env.get("DB_SERVICE_PORT", 80))


def ask_db(method, path, body=None, headers=None):
    """Asks the database, and again while it is being replaced: everything that is asked here may be asked twice."""
    deadline = time.monotonic() + 5
    while True:
        connection = http.client.HTTPConnection(*database(), timeout=max(0.1, deadline - time.monotonic()))
        try:
            connection.request(method, path, body, {"content-type": "application/json", **(headers or {})})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException) as error:
            if time.monotonic() + 0.05 >= deadline:
                raise Refusal(502, f"db does not answer: {error}") from error
            time.sleep(0.05)
        finally:
            connection.close()


def stars_of(product):
    status, entry = ask_db("GET", f"/values/{quote('ratings/' + product, safe='')}")
    if status == 404:
        return FIRST, 0
    if status != 200:
        raise Refusal(502, f"the database answered {status}")
    return entry["value"], entry["version"]


def ratings_of(products):
    status, entries = ask_db("GET", "/values?prefix=ratings%2F&limit=1000")
    if status != 200:
        raise Refusal(502, f"the database answered {status}")
    known = {entry["key"]: entry["value"] for entry in entries}
    return {product: told(known.get("ratings/" + product, FIRST)) for product in products}


def rate(product, stars):
    if isinstance(stars, bool) or not isinstance(stars, int) or not 1 <= stars <= 5:
        raise Refusal(400, "wanted 1 to 5 stars")
    for _ in range(30):
        before, version = stars_of(product)
        after = {"sum": before["sum"] + stars, "count": before["count"] + 1}
        path = f"/values/{quote('ratings/' + product, safe='')}"
        status, _answer = ask_db("PUT", path, json.dumps(after), {"if-match": str(version)})
        if status == 200:
            return told(after)
        if status != 412:
            raise Refusal(502, f"the database answered {status}")
    raise Refusal(503, f"{product} is rated by too many at once")


def told(stars):
    return {"average": round(stars["sum"] / stars["count"], 1), "count": stars["count"], "by": "python"}


def resident_bytes():
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def metrics():
    with lock:
        total, histogram = 0, []
        for bound, count in zip([*BUCKETS, "+Inf"], buckets):
            total += count
            histogram.append(f'http_request_duration_seconds_bucket{{service="ratings",le="{bound}"}} {total}')
        lines = [
            "# TYPE http_requests_total counter",
            *(f"http_requests_total{{{labels}}} {count}" for labels, count in requests.items()),
            "# TYPE http_request_duration_seconds histogram",
            *histogram,
            f'http_request_duration_seconds_sum{{service="ratings"}} {seconds}',
            f'http_request_duration_seconds_count{{service="ratings"}} {total}',
            "# TYPE http_requests_in_flight gauge",
            f'http_requests_in_flight{{service="ratings"}} {in_flight}',
            "# TYPE process_resident_memory_bytes gauge",
            f'process_resident_memory_bytes{{service="ratings"}} {resident_bytes()}',
            "# TYPE process_start_time_seconds gauge",
            f'process_start_time_seconds{{service="ratings"}} {round(began_at)}',
        ]
    return "\n".join(lines) + "\n"


def set_switches(wanted):
    if not isinstance(wanted, dict):
        raise Refusal(400, "wanted an object of switches")
    for name, value in wanted.items():
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if name == "notReady" and isinstance(value, bool):
            continue
        if name in SHARES and is_number and 0 <= value <= SHARES[name]:
            continue
        raise Refusal(400, f"{name}: wanted delayMs, delayShare, errorShare or notReady within their limits")
    switches.update(wanted)
    return switches


def ready():
    if draining.is_set():
        raise Refusal(503, "draining")
    if switches["notReady"]:
        raise Refusal(503, "switched off")
    return "ok\n"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_words):
        """Requests are counted, not logged."""

    def answer(self):
        global in_flight, seconds
        began = time.monotonic()
        with lock:
            in_flight += 1
        route = "none"
        try:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length) if length <= BODY_BYTES_MAX else b""
            route, status, kind, text = self.find(self.path.split("?")[0], body, length)
        except Refusal as refusal:
            status, kind, text = refusal.status, "application/json", json.dumps({"error": str(refusal)}) + "\n"
        except Exception as error:  # pylint: disable=broad-except
            log(error=repr(error))
            status, kind, text = 500, "application/json", json.dumps({"error": repr(error)}) + "\n"
        with lock:
            in_flight -= 1
            took = time.monotonic() - began
            seconds += took
            labels = f'service="ratings",route="{route}",code="{status}"'
            requests[labels] = requests.get(labels, 0) + 1
            buckets[next((at for at, bound in enumerate(BUCKETS) if took <= bound), len(BUCKETS))] += 1
        encoded = text.encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(encoded)))
        if draining.is_set() or status == 413:
            self.send_header("connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(encoded)

    def find(self, path, body, length):
        if length > BODY_BYTES_MAX:
            raise Refusal(413, f"a body is at most {BODY_BYTES_MAX} bytes")
        plain, as_json = "text/plain; charset=utf-8", "application/json"
        asked = f"{self.command} {path}"
        if asked == "GET /healthz":
            return asked, 200, plain, "ok\n"
        if asked == "GET /readyz":
            return asked, 200, plain, ready()
        if asked == "GET /metrics":
            return asked, 200, "text/plain; version=0.0.4", metrics()
        if asked in ("GET /switches", "PUT /switches"):
            found = set_switches(self.json_of(body)) if self.command == "PUT" else switches
            return asked, 200, as_json, json.dumps(found) + "\n"
        parts = path.split("/")
        asks, rates = asked == "GET /ratings", self.command == "POST" and len(parts) == 3 and parts[1] == "ratings"
        if not asks and not rates:
            raise Refusal(404, f"ratings has no {asked}")
        if switches["delayMs"] > 0 and random.random() < switches["delayShare"]:
            time.sleep(switches["delayMs"] / 1000)
        if random.random() < switches["errorShare"]:
            raise Refusal(500, "switched to fail")
        if asks:
            products = parse_qs(urlsplit(self.path).query).get("products", [""])[0]
            return asked, 200, as_json, json.dumps(ratings_of([each for each in products.split(",") if each])) + "\n"
        return "POST /ratings/:product", 200, as_json, json.dumps(rate(parts[2], self.json_of(body))) + "\n"

    @staticmethod
    def json_of(body):
        try:
            return json.loads(body)
        except ValueError as error:
            raise Refusal(400, "the body is no JSON") from error

    do_GET = do_PUT = do_POST = do_DELETE = answer


class Server(ThreadingHTTPServer):
    """Connections wait in a queue as long as Node's."""

    request_queue_size = 511
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A caller that went away is no trouble of ours."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError):
            log(error=repr(error))


def main():
    host = os.environ.get("POD_IP") or os.environ.get("HOST") or "127.0.0.1"
    server = Server((host, int(os.environ.get("PORT", 8080))), Handler)
    address, port = server.server_address[:2]

    def drain():
        time.sleep(float(os.environ.get("DRAIN_MS", 500)) / 1000)
        server.shutdown()

    def on_signal(*_):
        if not draining.is_set():
            draining.set()
            log(draining=True)
            threading.Thread(target=drain).start()

    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
    log(listening=f"http://{address}:{port}", pid=os.getpid())
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    while in_flight > 0:
        time.sleep(0.01)
    log(ended=True)


main()
