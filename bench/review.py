#!/usr/bin/env python3
"""review.py EVENT...: what `talkpress review` takes, and how long somebody waits who clicks.

For each event: seconds from the start of the command to the queue's bytes (the least, the median and the
most of ROUNDS), megabytes of its processes (PSS, from smaps_rollup) when all segments of a recording's first
40 s were asked for and nothing runs any more, processor time of ten idle seconds, and, if --change COMMAND is
given ("verify --accept 4 --because x"), the seconds from the end of that command to the news in the page
and the processor time that planning again took.

  --click          for each recording of the events: milliseconds from a request to a segment in the middle, which
                   nobody has seen, and to the five after it, one after the other; server and workers on one core
  --browser        with --click: also from a click on the time line to the picture in Chromium, on the other cores
  --rounds N       (default 5)
  --build DIR      (default build/release)
"""
import argparse
import contextlib
import json
import os
import pathlib
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BENCH = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(BENCH.parent / 'tests' / 'web'))
import browse  # noqa: E402
from client import Client  # noqa: E402

TICKS = os.sysconf('SC_CLK_TCK')


class Review:
    """A running `talkpress review`, and a client of it."""

    def __init__(self, options, event, core=None):
        self.began = time.monotonic()
        where = ['taskset', '-c', str(core)] if core is not None else []
        self.process = subprocess.Popen([*where, options.talkpress, '-C', event, 'review'], text=True,
                                        stdout=subprocess.PIPE, start_new_session=True)
        self.link = self.process.stdout.readline().strip()
        self.client = Client(self.link)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def get(self, path):
        status, _, answer = self.client.get(path)
        if status != 200:
            sys.exit(f'review.py: {path}: {status} {answer.decode(errors="replace")}')
        return answer

    def family(self):
        """The process and all below it: {pid: name}."""
        parents = {}
        for stat in pathlib.Path('/proc').glob('[0-9]*/stat'):
            try:
                found = re.match(r'(\d+) \((.*)\) \S (\d+)', stat.read_text())
            except OSError:
                continue
            parents[int(found[1])] = (int(found[3]), found[2])
        family = {self.process.pid: 'talkpress'}
        for _ in range(4):
            family |= {pid: name for pid, (parent, name) in parents.items() if parent in family}
        return family

    def cpu(self):
        """Of all processes, with those that ended."""
        total = 0
        for pid in self.family():
            try:
                fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()
                total += sum(map(int, fields[11:15]))
            except OSError:
                pass
        return total / TICKS


def memory_mb(pid, what):
    text = pathlib.Path(f'/proc/{pid}/smaps_rollup').read_text()
    return int(re.search(rf'^{what}: *(\d+)', text, re.M)[1]) / 1024


def show_memory(review, what):
    """Of the service and the door; of what the workers are forked from."""
    server, workers = [], []
    for pid, name in review.family().items():
        own = pid == review.process.pid or name.startswith('talkpress-revie')
        (server if own else workers).append((memory_mb(pid, 'Pss'), memory_mb(pid, 'Rss')))
    print(f'  {what}: PSS {sum(pss for pss, _ in server):.1f} MB, RSS {sum(rss for _, rss in server):.1f} MB; '
          f'workers: PSS {sum(pss for pss, _ in workers):.1f} MB')


def measure_start(options, event):
    walls, cpus, size = [], [], 0
    for _ in range(options.rounds):
        with Review(options, event) as review:
            size = len(review.get('/api/queue'))
            walls.append(time.monotonic() - review.began)
            cpus.append(review.cpu())
    print(f'  queue of {size} bytes after {min(walls):.2f} s, median {statistics.median(walls):.2f}, '
          f'most {max(walls):.2f}; {min(cpus):.2f} s of processor time')


def measure_idle(review):
    before = review.cpu()
    time.sleep(10)
    print(f'  processor time of ten idle seconds: {review.cpu() - before:.2f} s')


def measure_change(options, event, review):
    heard = []

    def listen():
        for name, _ in review.client.events(30):
            if name in ('parts', 'reload'):
                heard.append(time.monotonic())
                return

    listener = threading.Thread(target=listen)
    listener.start()
    time.sleep(3)
    before = review.cpu()
    subprocess.run([options.talkpress, '-C', event, *shlex.split(options.change)], check=True,
                   stdout=subprocess.DEVNULL)
    ended = time.monotonic()
    listener.join()
    print(f'  news of a change: {heard[0] - ended:.2f} s after it, {review.cpu() - before:.2f} s of processor time'
          if heard else '  no news of a change within 27 s')


def playable(review):
    """(recording, answer) of those that have a preview of a picture."""
    for recording in json.loads(review.get('/api/queue'))['recordings']:
        answer = json.loads(review.get(f'/api/recording/{recording["id"]}'))
        if (answer.get('preview') or {}).get('picture'):
            yield recording, answer


def measure_event(options, event):
    print(f'{event}:')
    measure_start(options, event)
    with Review(options, event) as review:
        review.get('/api/queue')
        show_memory(review, 'at the start')
        measure_idle(review)
        if options.change:
            measure_change(options, event, review)
            show_memory(review, 'after a change')
        if options.preview:
            for recording, _ in list(playable(review))[:1]:
                for i in range(20):
                    review.get(f'/api/recording/{recording["id"]}/v/{i}.m4s')
            show_memory(review, 'beside a running preview')


# --- clicks ---------------------------------------------------------------------------------------------------


def timed_ms(review, path):
    began = time.monotonic()
    review.get(path)
    return (time.monotonic() - began) * 1000


class Page:
    """The page in Chromium, on the cores that the server does not have."""

    def __init__(self, review):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.browser = browse.Browser(self.profile.name)
        browse.prepare(self.browser, argparse.Namespace(size='1280x720', dark=False, downloads=None, no_js=False))
        self.browser.ask('Page.navigate', url=review.link)
        self.until('window.review?.queue?.rows.size')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.close()
        self.profile.cleanup()

    def until(self, expression):
        for _ in range(600):
            if self.browser.value(f'Boolean({expression})'):
                return
            time.sleep(0.05)
        sys.exit(f'review.py: the page never had {expression}')

    def open(self, recording):
        row = next(iter(recording['parts']), f'recording {recording["id"]}')
        self.browser.value(f'review.queue.open({json.dumps(row)}), 0')
        self.until(f'review.recording?.id === "{recording["id"]}" && review.player.video.readyState >= 2')

    def click_ms(self, place):
        self.browser.value(NOTE_CLICK)
        x, y = self.browser.value(f'{WHERE}({place})')
        for kind in ('mousePressed', 'mouseReleased'):
            self.browser.ask('Input.dispatchMouseEvent', type=kind, x=x, y=y, button='left', clickCount=1)
        return self.browser.value('window.clicked')


# The middle of the overview's height, in pixels of the page.
WHERE = """(place => {
    const box = document.querySelector('#timeline canvas').getBoundingClientRect();
    return [box.left + box.width * place, box.top + box.height / 2];
})"""
# Milliseconds from the next click to the picture of its place on the screen.
NOTE_CLICK = """(() => {
    const { player } = review, { video } = player;
    window.clicked = new Promise(done => addEventListener('pointerdown', () => {
        const began = performance.now();
        const look = (now, data) => Math.abs(data.mediaTime * 1000 - player.ms) < 100 && player.ms > 1000
            ? done(now - began) : video.requestVideoFrameCallback(look);
        video.requestVideoFrameCallback(look);
    }, { capture: true, once: true }));
    return 0;
})()"""


def places(nb):
    """Segments in all parts of the recording, each one later after a key picture, if those are 10 s apart."""
    return [min(nb - 1, nb * (i + 1) // 7 // 5 * 5 + i) for i in range(5)]


def wait_until_idle(review):
    before = -1
    while review.cpu() != before:
        before = review.cpu()
        time.sleep(0.4)


def times(values):
    return ' '.join(f'{value:.0f}' for value in values)


def measure_recording(review, page, recording, answer):
    base, nb = f'/api/recording/{recording["id"]}', len(answer['preview']['picture']['begins'])
    firsts, clicks = [], []
    for n in places(nb):
        firsts.append(timed_ms(review, f'{base}/v/{n}.m4s'))
        wait_until_idle(review)
    after = range(places(nb)[-1] + 3, nb)[:5]
    nexts = [timed_ms(review, f'{base}/v/{n}.m4s') for n in after]
    wait_until_idle(review)
    if page:
        page.open(recording)
        for i in range(5):
            wait_until_idle(review)
            clicks.append(page.click_ms(0.08 + 0.17 * i))
    print(f'  {recording["name"][:28]:28} {times(firsts):>28} {times(nexts):>28} {times(clicks):>28}')


def measure_clicks(options, event):
    """Nothing of the event's previews may be there: what was made is found again."""
    print(f'{event}: milliseconds, server and workers on one core')
    print(f'  {"recording":28} {"a segment of a new place":>28} {"the five after it":>28} '
          f'{"click to picture" if options.browser else "":>28}')
    with Review(options, event, core=0) as review, contextlib.ExitStack() as stack:
        page = stack.enter_context(Page(review)) if options.browser else None
        for recording, answer in list(playable(review)):
            measure_recording(review, page, recording, answer)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--click', action='store_true')
    parser.add_argument('--browser', action='store_true')
    parser.add_argument('--preview', action='store_true')
    parser.add_argument('--change')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--build', default=str(BENCH.parent / 'build' / 'release'))
    parser.add_argument('events', nargs='+')
    options = parser.parse_args()
    options.talkpress = f'{options.build}/src/talkpress'
    for event in options.events:
        (measure_clicks if options.click else measure_event)(options, event)


if __name__ == '__main__':
    main()
