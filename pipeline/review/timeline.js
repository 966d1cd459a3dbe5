// The time line of a recording: an overview of all of it, and a strip that zooms from hours to single
// frames. Canvases draw what is there; handles, cursor and window are elements.
import { el, clock, clamp, frameMs, msFrame, sentence } from './basics.js';

const ROWS = { ruler: 18, thumbs: 0, wave: 66, parts: 18, slots: 14 };
const THUMBS_HEIGHT = 48;
const OVERVIEW_HEIGHT = 40;
const FINE_FROM_PX_PER_S = 25;
const CLICK_PX = 3; // the pointer of a click moves no farther

const STEPS_MS = [40, 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000, 900000, 1800000, 3600000];

// Events: seek {ms}, scrub, handle {name, ms, done}, select {name}, view.
export class Timeline extends EventTarget {
  constructor(root) {
    super();
    this.overview = el('canvas', { 'aria-hidden': 'true' });
    this.window = el('div', { class: 'window' });
    this.overviewCursor = el('div', { class: 'cursor' });
    this.overviewBox = el('div', { class: 'overview' }, this.overview, this.window, this.overviewCursor);
    this.canvas = el('canvas', { 'aria-hidden': 'true' });
    this.cursor = el('div', { class: 'cursor' });
    this.handles = el('div', { class: 'handles' });
    this.place = el('div', {
      class: 'place', tabindex: '0', role: 'slider', 'aria-label': 'Place in the recording',
      'aria-valuemin': '0', 'aria-valuemax': '0', 'aria-valuenow': '0',
    }, this.canvas);
    this.box = el('div', { class: 'strip' }, this.place, this.handles, this.cursor);
    this.tip = el('div', { class: 'tip', role: 'status', hidden: true });
    root.replaceChildren(this.overviewBox, this.box, this.tip);
    this.root = root;
    this.recording = null;
    this.busy = () => false;
    this.fine = new Map();
    this.sheets = new Map();
    this.begin = 0;
    this.span = 1000;
    this.ms = 0;
    this.listen();
    new ResizeObserver(() => this.redraw()).observe(this.box);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.redraw());
  }

  open(recording) {
    this.recording = recording;
    this.fps = recording.fps || [25, 1];
    this.duration = Math.max(1, recording.duration_ms || 0);
    this.wave = null;
    this.fine.clear();
    this.sheets.clear();
    this.cut = null;
    this.rows = { ...ROWS, thumbs: recording.thumbs ? THUMBS_HEIGHT : 0 };
    this.place.setAttribute('aria-valuemax', String(Math.round(this.duration / 1000)));
    this.show(0, this.duration);
  }

  setWave(wave) {
    this.wave = wave;
    this.redraw();
  }

  setFine(index, wave) {
    this.fine.set(index, wave);
    this.redraw();
  }

  // cut: { handles: [{name, label, ms, selected}], ranges kept and left out, listedMs, name }
  setCut(cut) {
    this.cut = cut;
    this.placeHandles();
    this.redraw();
  }

  setCursor(ms, follow) {
    this.ms = ms;
    if (follow && this.recording && (ms < this.begin || ms > this.begin + this.span))
      this.show(ms - this.span * 0.1, this.span);
    this.placeCursor();
  }

  // Shows that much of the recording; the least is 20 frames.
  show(begin, span) {
    if (!this.recording)
      return;
    this.span = clamp(span, Math.min(frameMs(this.fps, 20), this.duration), this.duration);
    this.begin = clamp(begin, 0, this.duration - this.span);
    this.placeHandles();
    this.placeCursor();
    this.redraw();
    this.dispatchEvent(new CustomEvent('view'));
  }

  zoom(factor, around = this.ms) {
    const span = clamp(this.span * factor, 1, this.duration);
    const middle = around < this.begin || around > this.begin + this.span ? this.begin + this.span / 2 : around;
    this.show(middle - (middle - this.begin) * span / this.span, span);
  }

  // Brings a time into view, with as much around it.
  reveal(ms, span = this.span) {
    this.show(ms - span / 2, span);
  }

  focus() {
    this.place.focus({ preventScroll: true });
  }

  // --- pointers ---

  toMs(event) {
    const box = this.box.getBoundingClientRect();
    return clamp(this.begin + (event.clientX - box.left) / box.width * this.span, 0, this.duration);
  }

  listen() {
    const drag = (element, down, move, up = () => {}) => element.addEventListener('pointerdown', event => {
      if (event.button || !this.recording || !down(event))
        return;
      event.preventDefault();
      element.setPointerCapture(event.pointerId);
      const end = () => {
        element.removeEventListener('pointermove', move);
        up();
      };
      element.addEventListener('pointermove', move);
      element.addEventListener('pointerup', end, { once: true });
      element.addEventListener('pointercancel', end, { once: true });
    });

    const overviewTo = event => {
      const box = this.overviewBox.getBoundingClientRect();
      const ms = clamp((event.clientX - box.left) / box.width, 0, 1) * this.duration;
      this.show(ms - this.span / 2, this.span);
      return ms;
    };
    // A click goes to its place; dragging only looks elsewhere.
    let clicked = null;
    drag(this.overviewBox, event => {
      clicked = { x: event.clientX, ms: overviewTo(event) };
      return true;
    }, event => {
      if (clicked && Math.abs(event.clientX - clicked.x) > CLICK_PX)
        clicked = null;
      if (!clicked)
        overviewTo(event);
    }, () => clicked && this.tell('seek', { ms: clicked.ms }));

    let panned = null;
    const go = event => {
      if (panned)
        this.show(panned.begin - (event.clientX - panned.x) / this.box.clientWidth * this.span, this.span);
      else
        this.tell('seek', { ms: this.toMs(event) });
    };
    drag(this.box, event => {
      if (event.target.closest('.handle'))
        return false;
      this.focus();
      const y = event.clientY - this.box.getBoundingClientRect().top;
      panned = y < this.rows.ruler || event.shiftKey ? { x: event.clientX, begin: this.begin } : null;
      if (!panned)
        go(event);
      return true;
    }, go);

    for (const box of [this.box, this.overviewBox])
      box.addEventListener('wheel', event => {
        if (!this.recording || event.ctrlKey)
          return;
        event.preventDefault();
        const wide = event.shiftKey ? event.deltaY || event.deltaX : event.deltaX;
        if (Math.abs(wide) > Math.abs(event.shiftKey ? 0 : event.deltaY))
          this.show(this.begin + Math.sign(wide) * this.span / 10, this.span);
        else
          this.zoom(event.deltaY > 0 ? 1.25 : 0.8, box === this.box ? this.toMs(event) : this.ms);
      }, { passive: false });

    this.box.addEventListener('pointermove', event => this.point(event));
    this.box.addEventListener('pointerleave', () => { this.tip.hidden = true; });
  }

  // Of a part whose cut is not known, there is nothing to draw.
  partsCut() {
    return (this.recording.parts || []).filter(part => part.in !== null && part.out !== null);
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  // --- handles ---

  placeHandles() {
    const wanted = this.cut?.handles || [];
    for (const old of [...this.handles.children])
      if (!wanted.some(handle => handle.name === old.dataset.name))
        old.remove();
    for (const handle of wanted) {
      let made = [...this.handles.children].find(child => child.dataset.name === handle.name);
      if (!made) {
        made = el('button', { class: `handle ${handle.side}`, type: 'button', role: 'slider', 'data-name': handle.name });
        this.moveByPointer(made);
        made.addEventListener('focus', () => this.tell('select', { name: made.dataset.name }));
        this.handles.append(made);
      }
      made.setAttribute('aria-label', handle.label);
      made.setAttribute('aria-valuemin', '0');
      made.setAttribute('aria-valuemax', String(this.recording.frames || Math.round(this.duration)));
      made.setAttribute('aria-valuenow', String(msFrame(this.fps, handle.ms)));
      made.setAttribute('aria-valuetext', clock(handle.ms, true));
      made.classList.toggle('selected', Boolean(handle.selected));
      const x = (handle.ms - this.begin) / this.span;
      made.hidden = x < -0.02 || x > 1.02;
      made.style.left = `${100 * x}%`;
    }
  }

  moveByPointer(handle) {
    handle.addEventListener('pointerdown', event => {
      if (event.button)
        return;
      handle.setPointerCapture(event.pointerId);
      const { name } = handle.dataset;
      let last = null;
      const move = moved => {
        last = this.toMs(moved);
        this.tell('handle', { name, ms: last, done: false });
      };
      handle.addEventListener('pointermove', move);
      handle.addEventListener('pointerup', () => {
        handle.removeEventListener('pointermove', move);
        if (last !== null)
          this.tell('handle', { name, ms: last, done: true });
      }, { once: true });
    });
  }

  placeCursor() {
    if (!this.recording)
      return;
    const x = (this.ms - this.begin) / this.span;
    this.cursor.hidden = x < 0 || x > 1;
    this.cursor.style.left = `${100 * x}%`;
    this.overviewCursor.style.left = `${100 * this.ms / this.duration}%`;
    this.window.style.left = `${100 * this.begin / this.duration}%`;
    this.window.style.width = `${100 * this.span / this.duration}%`;
    this.place.setAttribute('aria-valuenow', String(Math.round(this.ms / 1000)));
    this.place.setAttribute('aria-valuetext', `${clock(this.ms, true)}, frame ${msFrame(this.fps, this.ms)}`);
  }

  // --- what is at a place ---

  point(event) {
    if (!this.recording)
      return;
    const ms = this.toMs(event);
    const reach = this.span * 4 / Math.max(1, this.box.clientWidth);
    const texts = this.at(ms, reach);
    this.tip.replaceChildren(el('b', {}, `${clock(ms, this.span < 600000)}  frame ${msFrame(this.fps, ms)}`),
      ...texts.map(text => el('span', { dir: 'auto' }, text)));
    this.tip.hidden = false;
    const [box, root] = [this.box.getBoundingClientRect(), this.root.getBoundingClientRect()];
    const half = this.tip.offsetWidth / 2;
    this.tip.style.left = `${clamp(event.clientX - root.left, half, box.width - half)}px`;
  }

  at(ms, reach) {
    const found = [];
    const { recording } = this;
    const within = ([from, to]) => ms >= from - reach && ms <= to + reach;
    for (const fault of recording.faults || [])
      if (within([fault.at_ms, fault.end_ms ?? fault.at_ms]))
        found.push(sentence(fault.what));
    for (const damage of recording.damage || [])
      if (within([damage.at_ms, damage.at_ms]))
        found.push(sentence(damage.what));
    for (const scene of recording.scenes || [])
      if (within([scene, scene])) {
        found.push('The slide changes.');
        break;
      }
    if ((recording.silence || []).some(within))
      found.push('Silence');
    if ((recording.black || []).some(within))
      found.push('Black picture');
    for (const part of this.partsCut())
      if (within([frameMs(this.fps, part.in), frameMs(this.fps, part.out)]))
        found.push(`${part.name} ${part.title}`);
    for (const slot of recording.slots || [])
      if (within([slot.begin_ms, slot.end_ms]))
        found.push(`In the programme: ${slot.name} ${slot.title}`);
    return found.slice(0, 6);
  }

  // --- drawing ---

  redraw() {
    if (this.drawing)
      return;
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      if (this.recording)
        this.draw();
    });
  }

  colours() {
    const style = getComputedStyle(this.root);
    return new Proxy({}, { get: (_, name) => style.getPropertyValue(`--${name}`) });
  }

  prepare(canvas, height) {
    const width = Math.max(1, canvas.parentElement.clientWidth);
    const scale = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.height = `${height}px`;
    }
    const context = canvas.getContext('2d');
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    return [context, width];
  }

  draw() {
    const colour = this.colours();
    const [wide, width] = this.prepare(this.overview, OVERVIEW_HEIGHT);
    this.drawWave(wide, { width, top: 0, height: OVERVIEW_HEIGHT - 8, begin: 0, span: this.duration, colour });
    this.drawParts(wide, { width, top: OVERVIEW_HEIGHT - 7, height: 6, begin: 0, span: this.duration, colour, texts: false });
    this.drawFaults(wide, { width, top: 0, height: 3, begin: 0, span: this.duration, colour });

    const { ruler, thumbs, wave, parts, slots } = this.rows;
    const [strip, stripWidth] = this.prepare(this.canvas, ruler + thumbs + wave + parts + slots);
    const area = { width: stripWidth, begin: this.begin, span: this.span, colour };
    this.drawRuler(strip, { ...area, top: 0, height: ruler });
    if (thumbs)
      this.drawThumbs(strip, { ...area, top: ruler, height: thumbs });
    this.drawWave(strip, { ...area, top: ruler + thumbs, height: wave, fine: true });
    this.drawScenes(strip, { ...area, top: ruler + thumbs, height: 6 });
    this.drawFaults(strip, { ...area, top: ruler + thumbs + wave - 4, height: 4 });
    this.drawParts(strip, { ...area, top: ruler + thumbs + wave + 1, height: parts - 2, texts: true });
    this.drawSlots(strip, { ...area, top: ruler + thumbs + wave + parts, height: slots - 1 });
    this.drawOutside(strip, { ...area, top: ruler, height: thumbs + wave });
  }

  bar(context, { width, begin, span, top, height }, from, to, least = 1) {
    const x = (from - begin) / span * width;
    const w = Math.max(least, (to - from) / span * width);
    if (x + w < 0 || x > width)
      return null;
    const [left, right] = [Math.max(x, -2), Math.min(x + w, width + 2)];
    context.fillRect(left, top, right - left, height);
    return [left, right];
  }

  drawRuler(context, area) {
    const { width, begin, span, colour } = area;
    const frame = frameMs(this.fps, 1);
    const step = frame / span * width > 40 ? frame : STEPS_MS.find(ms => ms / span * width > 70) || STEPS_MS.at(-1);
    context.fillStyle = colour.soft;
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    for (let i = Math.floor(begin / step); i * step <= begin + span; i++) {
      const x = (i * step - begin) / span * width;
      context.fillRect(x, area.height - 5, 1, 5);
      context.fillText(step === frame ? `${i}f` : clock(i * step, step < 1000), x + 3, area.height / 2);
    }
    if (frame / span * width > 6 && step !== frame)
      for (let i = Math.floor(begin / frame); i * frame <= begin + span; i++)
        context.fillRect((i * frame - begin) / span * width, area.height - 3, 1, 3);
  }

  drawThumbs(context, area) {
    const { thumbs } = this.recording;
    const { width, begin, span, top, height } = area;
    const w = height * thumbs.width / thumbs.height;
    const perSheet = thumbs.columns * thumbs.rows;
    // Fixed places in time, so that pictures do not flicker while the strip moves.
    const step = span / width * w;
    const places = Math.max(1, Math.ceil(step / thumbs.interval_ms)) * thumbs.interval_ms;
    for (let at = Math.floor(begin / places) * places; at < begin + span; at += places) {
      const index = Math.min(Math.round(at / thumbs.interval_ms), thumbs.count - 1);
      const sheet = this.sheet(Math.floor(index / perSheet));
      const place = index % perSheet;
      const x = (at - begin) / span * width;
      if (sheet?.complete && sheet.naturalWidth)
        context.drawImage(sheet, place % thumbs.columns * thumbs.width, Math.floor(place / thumbs.columns) * thumbs.height,
          thumbs.width, thumbs.height, x, top, w, height);
    }
  }

  // Sheets are made when they are asked for: one at a time, of what is in view, after the first picture.
  sheet(number) {
    if (!this.sheets.has(number) && !this.sheetWaiting) {
      this.sheetWaiting = setTimeout(() => this.loadSheet(number, this.recording), this.sheets.size ? 50 : 600);
    }
    return this.sheets.get(number);
  }

  loadSheet(number, recording) {
    if (this.busy()) { // pictures to look at go first
      this.sheetWaiting = setTimeout(() => this.loadSheet(number, recording), 200);
      return;
    }
    const done = image => {
      this.sheetWaiting = 0;
      if (this.recording === recording)
        this.sheets.set(number, image);
      this.redraw();
    };
    const image = new Image();
    image.addEventListener('load', () => done(image));
    image.addEventListener('error', () => done(null));
    image.src = `/api/recording/${recording.id}/thumbs/${number}.jpg`;
  }

  drawWave(context, area) {
    const { width, begin, span, top, height, colour } = area;
    const { recording } = this;
    context.fillStyle = colour.panel;
    context.fillRect(0, top, width, height);
    context.fillStyle = colour.silence;
    for (const [from, to] of recording.silence || [])
      this.bar(context, area, from, to);
    context.fillStyle = colour.black;
    for (const [from, to] of recording.black || [])
      this.bar(context, { ...area, height: Math.min(10, height / 4) }, from, to);
    if (recording.speech) {
      context.fillStyle = colour.speech;
      this.bar(context, { ...area, top: top + height - 2, height: 2 }, ...recording.speech);
    }
    const middle = top + height / 2;
    context.fillStyle = colour.wave;
    const fine = area.fine && width * 1000 / span >= FINE_FROM_PX_PER_S ? [...this.fine.values()] : [];
    const scale = value => Math.sign(value) * Math.pow(Math.min(1, Math.abs(value) / 128), 0.5) * (height / 2 - 1);
    for (let x = 0; x < width; x++) {
      const [from, to] = [begin + x * span / width, begin + (x + 1) * span / width];
      let range = null;
      for (const wave of fine)
        range = range || wave.range(from, to);
      range = range || this.wave?.range(from, to);
      if (range)
        context.fillRect(x, middle - scale(range[1]), 1, Math.max(1, scale(range[1]) - scale(range[0])));
    }
  }

  drawScenes(context, area) {
    const { width, begin, span, top, height, colour } = area;
    context.fillStyle = colour.accent;
    for (const at of this.recording.scenes || []) {
      const x = (at - begin) / span * width;
      if (x < -5 || x > width + 5)
        continue;
      context.beginPath();
      context.moveTo(x - 4, top);
      context.lineTo(x + 4, top);
      context.lineTo(x, top + height);
      context.fill();
    }
  }

  drawFaults(context, area) {
    const { colour } = area;
    context.fillStyle = colour.warn;
    for (const fault of this.recording.faults || [])
      this.bar(context, area, fault.at_ms, fault.end_ms ?? fault.at_ms, 3);
    context.fillStyle = colour.bad;
    for (const damage of this.recording.damage || [])
      this.bar(context, area, damage.at_ms, damage.at_ms, 3);
  }

  drawParts(context, area) {
    const { colour, top, height, texts } = area;
    context.font = '11px system-ui, sans-serif';
    context.textBaseline = 'middle';
    for (const part of this.partsCut()) {
      const mine = this.cut?.name === part.name;
      const [from, to] = mine ? [this.cut.begin, this.cut.end] : [frameMs(this.fps, part.in), frameMs(this.fps, part.out)];
      const drops = mine ? this.cut.drops : (part.drops || []).map(drop => drop.map(frame => frameMs(this.fps, frame)));
      context.fillStyle = mine ? colour.accent : colour.other;
      const drawn = this.bar(context, area, from, to);
      context.fillStyle = colour.paper;
      for (const drop of drops)
        this.bar(context, { ...area, top: top + 2, height: height - 4 }, ...drop);
      if (texts && drawn && drawn[1] - drawn[0] > 24) {
        context.save();
        context.beginPath();
        context.rect(drawn[0], top, drawn[1] - drawn[0] - 3, height);
        context.clip();
        context.fillStyle = mine ? colour.paper : colour.ink;
        context.fillText(`${part.name}  ${part.title}`, drawn[0] + 5, top + height / 2 + 1);
        context.restore();
      }
    }
  }

  drawSlots(context, area) {
    const { colour, top, height } = area;
    context.font = '10px system-ui, sans-serif';
    context.textBaseline = 'middle';
    context.strokeStyle = colour.soft;
    for (const slot of this.recording.slots || []) {
      context.fillStyle = colour.panel;
      const drawn = this.bar(context, area, slot.begin_ms, slot.end_ms);
      if (!drawn)
        continue;
      context.strokeRect(drawn[0] + 0.5, top + 0.5, drawn[1] - drawn[0] - 1, height - 1);
      if (drawn[1] - drawn[0] > 60) {
        context.save();
        context.beginPath();
        context.rect(drawn[0], top, drawn[1] - drawn[0] - 3, height);
        context.clip();
        context.fillStyle = colour.soft;
        context.fillText(`programme: ${slot.name} ${slot.title}`, drawn[0] + 4, top + height / 2 + 1);
        context.restore();
      }
    }
    // How long the talk should be, from where it begins.
    if (this.cut?.listedMs) {
      context.fillStyle = colour.listed;
      const begin = this.cut.begin;
      const dropped = this.cut.drops.reduce((sum, [from, to]) => sum + to - from, 0);
      this.bar(context, { ...area, top: top + height - 3, height: 3 }, begin, begin + this.cut.listedMs + dropped);
    }
  }

  // What is not published is veiled.
  drawOutside(context, area) {
    if (!this.cut)
      return;
    context.fillStyle = area.colour.veil;
    this.bar(context, area, 0, this.cut.begin, 0);
    this.bar(context, area, this.cut.end, this.duration, 0);
    for (const drop of this.cut.drops)
      this.bar(context, area, ...drop, 0);
  }
}
