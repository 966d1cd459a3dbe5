// The cut that is being edited: frames of the recording. Knows nothing of the page.
import { clamp } from './basics.js';

export class Cut {
  constructor(part, frames) {
    this.frames = frames;
    this.take(part);
  }

  // What the server says, kept to compare with.
  take(part) {
    const { in: begin, out, drops = [], sound_offset_ms: offset = 0, by } = part.cut;
    this.saved = { in: begin, out, drops: drops.map(drop => [...drop]), offset };
    this.by = by;
    this.listedMs = part.listed_ms;
    this.name = part.name;
    this.reset();
  }

  reset() {
    Object.assign(this, { ...this.saved, drops: this.saved.drops.map(drop => [...drop]) });
    this.past = [];
    this.open = null;
    this.selected = 'in';
  }

  state() {
    return JSON.stringify([this.in, this.out, this.drops, this.offset]);
  }

  get dirty() {
    const { saved } = this;
    return this.state() !== JSON.stringify([saved.in, saved.out, saved.drops, saved.offset]);
  }

  remember() {
    const state = this.state();
    if (this.past.at(-1) !== state)
      this.past.push(state);
  }

  // Takes back the last change that is not saved.
  back() {
    let state = this.past.pop();
    if (state === this.state())
      state = this.past.pop();
    if (!state)
      return false;
    [this.in, this.out, this.drops, this.offset] = JSON.parse(state);
    if (!this.handles().includes(this.selected))
      this.selected = 'in';
    return true;
  }

  handles() {
    return ['in', 'out', ...this.drops.flatMap((_, i) => [`${i}b`, `${i}e`])];
  }

  // In the order of time.
  ordered() {
    return this.handles().sort((a, b) => this.get(a) - this.get(b));
  }

  get(name) {
    if (name === 'in' || name === 'out')
      return this[name];
    return this.drops[parseInt(name, 10)][name.endsWith('b') ? 0 : 1];
  }

  // Moves a handle, as far as the others allow.
  set(name, frame) {
    const at = Math.round(frame);
    if (name === 'in')
      this.in = clamp(at, 0, this.out - 1);
    else if (name === 'out')
      this.out = clamp(at, this.in + 1, this.frames);
    else {
      const drop = this.drops[parseInt(name, 10)];
      if (name.endsWith('b'))
        drop[0] = clamp(at, 0, drop[1] - 1);
      else
        drop[1] = clamp(at, drop[0] + 1, this.frames);
    }
    this.selected = name;
    if (name === 'in' || name === 'out')
      this.drops = this.drops.filter(([begin, end]) => end > this.in && begin < this.out);
  }

  // D: a break from where d was pressed to here.
  drop(begin, end) {
    const range = [Math.min(begin, end), Math.max(begin, end)];
    if (range[0] === range[1])
      return false;
    const joined = [...this.drops, range].sort((a, b) => a[0] - b[0]);
    this.drops = [];
    for (const [from, to] of joined) {
      const last = this.drops.at(-1);
      if (last && from <= last[1])
        last[1] = Math.max(last[1], to);
      else
        this.drops.push([from, to]);
    }
    this.selected = `${this.drops.findIndex(([from, to]) => from <= range[0] && to >= range[1])}b`;
    return true;
  }

  // The break at a frame, or the one whose handle is selected.
  dropAt(frame) {
    const index = this.drops.findIndex(([begin, end]) => frame >= begin && frame < end);
    return index >= 0 || ['in', 'out'].includes(this.selected) ? index : parseInt(this.selected, 10);
  }

  keep(index) {
    this.drops.splice(index, 1);
    this.selected = 'in';
  }

  get length() {
    return this.out - this.in - this.clipped().reduce((sum, [begin, end]) => sum + end - begin, 0);
  }

  clipped() {
    return this.drops.map(([begin, end]) => [Math.max(begin, this.in), Math.min(end, this.out)])
      .filter(([begin, end]) => end > begin);
  }

  wish() {
    return { kind: 'cut', in: this.in, out: this.out, drops: this.clipped(), sound_offset_ms: this.offset };
  }
}
