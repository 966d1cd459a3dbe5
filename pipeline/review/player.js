// Plays any place of a recording with Media Source Extensions, the same in every browser. Segments of
// picture and sound are fetched around the place, that of the place first. The clock is the
// recording's: 0 at its frame 0.
import { frameMs, msFrame, clock, clamp } from './basics.js';
import { getBytes, recordingPath } from './api.js';

const AHEAD_MS = { v: 12000, a: 25000 };
const AHEAD_PAUSED_MS = { v: 4000, a: 1000 };
const KEEP_BEHIND_MS = 20000;
const KEEP_AHEAD_MS = 60000;
const CACHED_SOUNDS = 12;
const STALLED_MS = 1200;

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

// One track: its segments and the SourceBuffer that they go into.
class Track {
  constructor(player, name, { codecs, begins }, end) {
    this.player = player;
    this.name = name;
    this.mime = `${name === 'v' ? 'video' : 'audio'}/mp4; codecs="${codecs}"`;
    this.begins = begins;
    this.end = end;
    this.query = '';
    this.had = new Set();
    this.failed = new Map();
    this.cache = new Map();
    this.fetching = null;
    this.work = Promise.resolve();
    this.initialised = false;
    this.offset = 0;
    this.generation = 0;
  }

  open(source) {
    this.buffer = source.addSourceBuffer(this.mime);
    this.buffer.appendWindowStart = 0;
  }

  endOf(index) {
    return index + 1 < this.begins.length ? this.begins[index + 1] : this.end;
  }

  // The segment of a time of the page; what is heard may be moved by the offset.
  index(ms) {
    const at = ms - this.offset;
    let [low, high] = [0, this.begins.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.begins[middle] <= at)
        low = middle;
      else
        high = middle - 1;
    }
    return low;
  }

  // Times to be loaded, the most urgent first; the first segment that is missing.
  wanted(places) {
    for (const [from, to] of places)
      for (let i = this.index(from); i < this.begins.length && this.begins[i] + this.offset < to; i++)
        if (!this.had.has(i) && !this.failed.has(i))
          return i;
    return -1;
  }

  // Runs f when the buffer is free; errors of one step do not stop the next ones.
  step(f) {
    const done = this.work.then(() => new Promise((resolve, reject) => {
      const finish = () => {
        this.buffer.removeEventListener('error', fail);
        resolve();
      };
      const fail = () => {
        this.buffer.removeEventListener('updateend', finish);
        reject(new Error('the browser cannot decode it'));
      };
      this.buffer.addEventListener('updateend', finish, { once: true });
      this.buffer.addEventListener('error', fail, { once: true });
      try {
        f(this.buffer);
        if (!this.buffer.updating)
          finish();
      } catch (error) {
        this.buffer.removeEventListener('updateend', finish);
        this.buffer.removeEventListener('error', fail);
        reject(error);
      }
    }));
    this.work = done.catch(() => {});
    return done;
  }

  pump() {
    const places = this.player.places((this.player.video.paused ? AHEAD_PAUSED_MS : AHEAD_MS)[this.name]);
    const index = this.wanted(places);
    if (this.name === 'a' && this.player.pictureMissing())
      return; // one core makes one segment at a time: the picture first
    // A segment that nobody waits for any more makes room for the one of the new place.
    if (this.fetching && index >= 0 && this.fetching.index !== index && this.player.urgent(this, index)) {
      this.fetching.abort.abort();
      this.fetching = null;
    }
    if (!this.fetching && index >= 0)
      this.fetch(index);
  }

  async fetch(index) {
    const { generation, player } = this;
    const fetching = { index, abort: new AbortController() };
    this.fetching = fetching;
    const path = name => `${player.path}/${this.name}/${name}${this.query}`;
    try {
      const [bytes, init] = await Promise.all([
        this.cache.get(index) || getBytes(path(`${index}.m4s`), fetching.abort.signal),
        // A little later: the server takes the header of the segment that it makes.
        this.initialised ? null : pause(10).then(() => getBytes(path('init.mp4'), fetching.abort.signal)),
      ]);
      if (generation !== this.generation || player.closed)
        return;
      if (init && !this.initialised) {
        await this.step(buffer => buffer.appendBuffer(init));
        this.initialised = true;
      }
      await this.append(index, bytes);
      this.had.add(index);
      player.dispatchEvent(new CustomEvent('loaded', { detail: { track: this.name, index } }));
    } catch (error) {
      if (error.name === 'AbortError' || generation !== this.generation || player.closed)
        return;
      this.failed.set(index, error.message);
      player.report();
    } finally {
      if (this.fetching === fetching)
        this.fetching = null;
    }
    this.evict();
    player.pump();
  }

  async append(index, bytes) {
    if (this.name === 'a') {
      this.cache.delete(index);
      this.cache.set(index, bytes);
      if (this.cache.size > CACHED_SOUNDS)
        this.cache.delete(this.cache.keys().next().value);
    }
    const add = () => this.step(buffer => {
      buffer.timestampOffset = this.offset / 1000;
      buffer.appendBuffer(bytes);
    });
    try {
      await add();
    } catch (error) {
      if (error.name !== 'QuotaExceededError')
        throw error;
      await this.forgetBut(this.player.ms - 5000, this.player.ms + 15000);
      await add();
    }
  }

  evict() {
    const { ms } = this.player;
    const far = [...this.had].filter(i =>
      this.endOf(i) + this.offset < ms - KEEP_BEHIND_MS || this.begins[i] + this.offset > ms + KEEP_AHEAD_MS);
    if (far.length > 4)
      this.forgetBut(ms - KEEP_BEHIND_MS, ms + KEEP_AHEAD_MS).catch(() => {});
  }

  async forgetBut(from, to) {
    for (const i of [...this.had]) {
      const [begin, end] = [this.begins[i] + this.offset, this.endOf(i) + this.offset];
      if (end >= from && begin <= to)
        continue;
      this.had.delete(i);
      if (end > 0)
        await this.step(buffer => buffer.remove(Math.max(0, begin / 1000), end / 1000));
    }
  }

  // Everything is to be loaded again: another stream, or the same one moved.
  async restart(keepBytes) {
    this.generation++;
    this.fetching?.abort.abort();
    this.fetching = null;
    this.had.clear();
    this.failed.clear();
    if (!keepBytes) {
      this.cache.clear();
      this.initialised = false;
    }
    if (this.buffer)
      await this.step(buffer => buffer.remove(0, Infinity)).catch(() => {});
    this.player.pump();
  }
}

// Events: time {ms, frame}, state, loaded {track, index}, fault {text}.
export class Player extends EventTarget {
  constructor(video) {
    super();
    this.video = video;
    this.tracks = [];
    this.rate = 1;
    this.ms = 0;
    this.frame = 0;
    this.fps = [25, 1];
    this.loop = null;
    this.skips = null;
    this.closed = true;
    video.disableRemotePlayback = true;
    for (const name of ['play', 'pause', 'seeking', 'seeked', 'waiting', 'playing', 'ratechange'])
      video.addEventListener(name, () => this.tell('state'));
    video.addEventListener('play', () => this.pump());
    video.addEventListener('error', () => this.broken());
  }

  tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // recording: the server's answer. Resolves when segments may be appended.
  async open(recording, { query = '', offset = 0, ms = 0 } = {}) {
    this.close();
    this.closed = false;
    const opened = this.opened = {};
    this.recording = recording;
    this.fps = recording.fps || [25, 1];
    this.duration = recording.duration_ms;
    this.path = recordingPath(recording.id);
    this.ms = this.target = ms;
    this.frame = msFrame(this.fps, ms);
    const { picture, sound } = recording.preview || {};
    this.hasPicture = Boolean(picture);
    if (picture)
      this.tracks.push(new Track(this, 'v', {
        codecs: picture.codecs,
        begins: picture.begins.map(frame => frameMs(this.fps, frame)),
      }, frameMs(this.fps, recording.frames)));
    if (sound)
      this.tracks.push(new Track(this, 'a', { codecs: sound.codecs, begins: sound.begins_ms }, this.duration));
    this.sound = this.tracks.find(track => track.name === 'a');
    if (this.sound) {
      this.sound.query = query;
      this.sound.offset = offset;
    }
    if (!this.tracks.length)
      return;
    const unplayable = this.tracks.find(track => !MediaSource.isTypeSupported(track.mime));
    if (unplayable) {
      this.tell('fault', { text: `This browser cannot play ${unplayable.mime}.` });
      return;
    }
    const source = this.source = new MediaSource();
    this.url = URL.createObjectURL(source);
    this.video.src = this.url;
    await new Promise(resolve => source.addEventListener('sourceopen', resolve, { once: true }));
    if (this.opened !== opened)
      return;
    source.duration = this.duration / 1000;
    this.tracks.forEach(track => track.open(source));
    this.seek(this.ms); // that of open, or where somebody went meanwhile
    this.follow(opened);
  }

  close() {
    this.opened = null;
    this.closed = true;
    this.stopReverse();
    this.loop = this.skips = null;
    for (const track of this.tracks) {
      track.generation++;
      track.fetching?.abort.abort();
    }
    this.tracks = [];
    this.source = null;
    if (this.url) {
      this.video.pause();
      this.video.removeAttribute('src');
      this.video.load();
      URL.revokeObjectURL(this.url);
      this.url = null;
    }
  }

  broken() {
    if (!this.video.error || !this.url)
      return;
    const place = this.ms;
    const { recording, sound } = this;
    this.tell('fault', { text: `At ${clock(place)}, the browser could not go on (${this.video.error.message || 'a decoding error'}).` });
    if (this.lastBroken === place)
      return;
    this.lastBroken = place;
    this.open(recording, { query: sound?.query, offset: sound?.offset, ms: place + 500 });
  }

  get playing() {
    return Boolean(this.url) && !this.video.paused || Boolean(this.reverse);
  }

  // What is to be loaded: from the place on and, if it plays as cut, beyond the next break.
  places(ahead) {
    const end = this.ms + ahead;
    const stops = (this.skips || []).filter(([begin, after]) => after > this.ms && begin < end);
    const first = stops[0]?.[0] ?? end;
    const places = [[this.ms, Math.max(this.ms + 1, Math.min(first, this.loop?.[1] ?? end))]];
    for (const [, after] of stops)
      places.push([after, after + 4000]);
    if (this.loop)
      places.push([this.loop[0], Math.min(this.loop[1], stops.find(([begin]) => begin > this.loop[0])?.[0] ?? this.loop[1])]);
    return places;
  }

  // Whether the picture of the place is still to come.
  pictureMissing() {
    const picture = this.tracks.find(track => track.name === 'v');
    const index = picture?.index(this.ms);
    return Boolean(picture) && !picture.had.has(index) && !picture.failed.has(index);
  }

  urgent(track, index) {
    return index === track.index(this.ms);
  }

  pump() {
    if (this.closed || !this.source)
      return;
    this.tracks.forEach(track => track.pump());
    const whole = this.tracks.every(track => track.had.has(track.begins.length - 1) || track.failed.has(track.begins.length - 1));
    if (whole && this.tracks.every(track => track.initialised) && this.source.readyState === 'open' && this.tracks.every(track => !track.buffer.updating))
      this.source.endOfStream();
  }

  // Says what is missing at the place, once. What failed elsewhere is said if somebody goes there.
  report() {
    for (const track of this.tracks) {
      const index = track.index(this.ms);
      const message = track.failed.get(index);
      if (!message || track.reported === index)
        continue;
      track.reported = index;
      const what = track.name === 'v' ? 'picture' : 'sound';
      this.tell('fault', {
        about: `${what} ${message}`,
        text: `No ${what} from ${clock(track.begins[index])} to ${clock(track.endOf(index))}: ${message}`,
      });
    }
  }

  // Shows the frame of that time. A segment that failed is asked for again, except on the way through it.
  seek(ms, { again = true } = {}) {
    if (!this.recording)
      return;
    const last = frameMs(this.fps, Math.max(0, (this.recording?.frames || msFrame(this.fps, this.duration)) - 1));
    this.frame = msFrame(this.fps, clamp(ms, 0, last));
    this.ms = frameMs(this.fps, this.frame);
    if (again)
      for (const track of this.tracks) {
        track.failed.clear();
        track.reported = null;
      }
    if (this.url) // the middle of the frame: whatever a browser rounds, it is this one
      this.video.currentTime = (this.ms + frameMs(this.fps, 0.5)) / 1000;
    this.pump();
    this.report();
    this.tell('time', { ms: this.ms, frame: this.frame });
  }

  seekFrame(frame) {
    this.seek(frameMs(this.fps, frame));
  }

  step(frames) {
    this.pause();
    this.seekFrame(clamp(this.frame + frames, 0, Infinity));
  }

  async play(rate = this.rate) {
    this.stopReverse();
    this.rate = rate;
    this.video.playbackRate = rate;
    if (this.url && this.ms >= this.duration - 100)
      this.seek(0);
    try {
      await this.video.play();
    } catch (error) {
      if (error.name === 'NotAllowedError')
        this.tell('fault', { text: 'The browser wants a click on the page before it plays sound.' });
    }
  }

  pause() {
    this.stopReverse();
    if (this.video.paused)
      return;
    this.video.pause();
    // The frame that stays: the callback of the last one may be late, or the clock just before it.
    this.seek(Math.max(this.video.currentTime * 1000, this.ms));
  }

  toggle() {
    if (this.playing)
      this.pause();
    else
      this.play(this.rate > 0 ? this.rate : 1);
  }

  // J: backwards, from picture to picture; each time twice as fast.
  back() {
    const speed = this.reverse ? Math.min(this.reverse.speed * 2, 16) : 1;
    this.pause();
    this.reverse = { speed };
    let last = performance.now();
    this.reverse.timer = setInterval(() => {
      const now = performance.now();
      if (this.video.seeking && now - last < 700)
        return;
      this.seek(this.ms - speed * (now - last));
      last = now;
      if (this.ms <= 0)
        this.stopReverse();
    }, 120);
    this.tell('state');
  }

  stopReverse() {
    if (!this.reverse)
      return;
    clearInterval(this.reverse.timer);
    this.reverse = null;
    this.tell('state');
  }

  // L: forwards, each time twice as fast.
  forward() {
    if (!this.video.paused)
      this.setRate(Math.min(this.rate * 2, 8));
    else
      this.play(1);
  }

  setRate(rate) {
    this.rate = rate;
    this.video.playbackRate = rate;
    this.tell('state');
  }

  setOffset(ms) {
    if (!this.sound || this.sound.offset === ms)
      return;
    this.sound.offset = ms;
    this.sound.restart(true);
  }

  setSound(query) {
    if (!this.sound || this.sound.query === query)
      return;
    this.sound.query = query;
    this.sound.restart(false);
  }

  // Follows the frames that are shown, and the clock where there are none.
  follow(opened) {
    const { video } = this;
    let moved = performance.now();
    let lastTime = -1;
    const shown = (now, data) => {
      if (this.opened !== opened)
        return;
      // Chromium: where the frame begins. Firefox: somewhere in it.
      this.mediaFrame = msFrame(this.fps, data.mediaTime * 1000);
      if (!video.paused && !video.seeking)
        this.arrive(this.mediaFrame);
      video.requestVideoFrameCallback(shown);
    };
    if (this.hasPicture && video.requestVideoFrameCallback)
      video.requestVideoFrameCallback(shown);
    const tick = () => {
      if (this.opened !== opened)
        return;
      const now = performance.now();
      const time = video.currentTime * 1000;
      if (time !== lastTime || video.paused)
        moved = now;
      lastTime = time;
      if (!video.paused && !video.seeking) {
        if (!this.hasPicture || !video.requestVideoFrameCallback)
          this.arrive(msFrame(this.fps, time));
        this.turn(time);
      }
      if (!video.paused && now - moved > STALLED_MS) {
        moved = now;
        this.passHole(time);
      }
    };
    const timer = setInterval(() => {
      if (this.opened === opened)
        tick();
      else
        clearInterval(timer);
    }, 15);
  }

  arrive(frame) {
    if (frame === this.frame)
      return;
    this.frame = frame;
    this.ms = frameMs(this.fps, frame);
    this.pump();
    this.report();
    this.tell('time', { ms: this.ms, frame });
  }

  // Loops, breaks that are left out, the end.
  turn(time) {
    const half = frameMs(this.fps, 0.5);
    if (this.loop && time >= this.loop[1])
      return this.seek(this.loop[0], { again: false });
    const skip = this.skips?.find(([begin, end]) => time >= begin - half && time < end - half);
    if (skip) {
      if (skip[1] >= this.duration) {
        this.pause();
        return this.seek(skip[0] - 2 * half);
      }
      return this.seek(skip[1], { again: false });
    }
    if (time >= this.duration - 2 * half)
      this.pause();
    return undefined;
  }

  // A segment that failed, or a track that is shorter than the other one: goes on after it.
  passHole(time) {
    const inHole = this.tracks.filter(track => {
      const index = track.index(time);
      return track.failed.has(index) || track.had.has(index);
    });
    if (inHole.length < this.tracks.length)
      return; // it is still loading
    const failed = this.tracks.filter(track => track.failed.has(track.index(time)));
    const ends = (failed.length ? failed : this.tracks).map(track => track.endOf(track.index(time)) + track.offset);
    const next = Math.max(...ends) + 1;
    if (next >= this.duration)
      this.pause();
    else if (next > time)
      this.seek(next, { again: false });
  }
}
