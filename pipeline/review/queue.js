// The list of parts: those that need somebody first, what is fine below, recordings without a part last.
import { el, lengthText, plural, later, sentence } from './basics.js';

const KINDS = {
  match: 'a recording chosen', cut: 'a cut', length: 'a look at the length', sound: 'a look at the sound',
  captions: 'a look at the captions', failed: 'a failure looked at', recording: 'a recording',
};
const COMPARE = new Intl.Collator('en', { numeric: true }).compare;

// Events: open {row}, where row is a part of the queue or { recording }.
export class Queue extends EventTarget {
  constructor({ list, filter, kind, room, sort }) {
    super();
    Object.assign(this, { list, filter, kind, room, sort });
    this.rows = new Map();
    this.elements = new Map();
    this.progress = {};
    this.drafts = new Set();
    this.active = null;
    this.opened = null;
    filter.addEventListener('input', later(60, () => this.show()));
    for (const choice of [kind, room, sort])
      choice.addEventListener('change', () => this.show());
    filter.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === 'ArrowDown') {
        event.preventDefault();
        list.focus();
        this.activate(this.order[0]);
      }
    });
    list.addEventListener('click', event => {
      const row = event.target.closest('.row');
      if (row)
        this.open(row.dataset.name);
    });
    list.addEventListener('keydown', event => this.key(event));
  }

  // The whole answer of the server.
  set(answer) {
    this.recordings = answer.recordings || [];
    this.rows = new Map(answer.parts.map(row => [row.name, row]));
    const used = new Set(answer.parts.map(row => row.recording).filter(Boolean));
    for (const recording of this.recordings)
      if (!used.has(recording.id))
        this.rows.set(`recording ${recording.id}`, { name: `recording ${recording.id}`, only: recording, title: recording.name, speakers: [] });
    this.elements.clear();
    this.fillChoices();
    this.show();
  }

  // Rows that changed.
  update(rows) {
    for (const row of rows) {
      this.rows.set(row.name, row);
      this.elements.delete(row.name);
    }
    this.show();
  }

  fillChoices() {
    const fill = (select, all, entries) => {
      const { value } = select;
      select.replaceChildren(el('option', { value: '' }, all),
        ...entries.map(([name, text]) => el('option', { value: name, dir: 'auto' }, text)));
      select.value = entries.some(([name]) => name === value) ? value : '';
    };
    const rows = [...this.rows.values()];
    const kinds = Object.keys(KINDS).filter(kind => rows.some(row => row.needs?.kind === kind));
    fill(this.kind, 'needs anything', kinds.map(kind => [kind, KINDS[kind]]));
    const rooms = [...new Set(rows.map(row => row.room).filter(Boolean))].sort(COMPARE);
    fill(this.room, 'any room', rooms.map(room => [room, room]));
  }

  matches(row, words) {
    if (this.kind.value && row.needs?.kind !== this.kind.value)
      return false;
    if (this.room.value && row.room !== this.room.value)
      return false;
    const recording = row.only || this.recordings.find(one => one.id === row.recording);
    const text = `${row.name} ${row.title} ${row.speakers.join(' ')} ${row.section || ''} ${recording?.name || ''}`.toLowerCase();
    return words.every(word => text.includes(word));
  }

  sorted(rows) {
    const by = {
      number: (a, b) => COMPARE(a.name, b.name),
      kind: (a, b) => COMPARE(a.needs?.kind || '~', b.needs?.kind || '~'),
      off: (a, b) => Math.abs((b.measured_ms ?? b.listed_ms ?? 0) - (b.listed_ms ?? b.measured_ms ?? 0)) -
                     Math.abs((a.measured_ms ?? a.listed_ms ?? 0) - (a.listed_ms ?? a.measured_ms ?? 0)),
    }[this.sort.value];
    return by ? [...rows].sort(by) : rows;
  }

  show() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = [...this.rows.values()].filter(row => this.matches(row, words));
    const groups = [
      ['needs', 'Need you', this.sorted(rows.filter(row => row.needs))],
      ['fine', 'Fine', this.sorted(rows.filter(row => !row.needs && !row.only))],
      ['only', 'Recordings without a part', rows.filter(row => row.only)],
    ].filter(([, , group]) => group.length);
    this.order = groups.flatMap(([, , group]) => group.map(row => row.name));
    const { scrollTop } = this.list;
    this.list.replaceChildren(...groups.map(([id, title, group]) =>
      el('div', { role: 'group', 'aria-labelledby': `group-${id}` },
        el('h2', { id: `group-${id}`, role: 'presentation' }, `${title} (${group.length.toLocaleString('en')})`),
        ...group.map(row => this.element(row)))));
    if (!this.order.length)
      this.list.append(el('p', { class: 'none' }, this.rows.size ? 'No part matches the filter.' : 'There are no parts yet: import a programme and add recordings.'));
    this.list.scrollTop = scrollTop;
    if (!this.order.includes(this.active))
      this.active = this.order.includes(this.opened) ? this.opened : this.order[0] || null;
    this.mark();
  }

  element(row) {
    let made = this.elements.get(row.name);
    if (!made) {
      made = row.only ? this.recordingRow(row) : this.partRow(row);
      made.id = `row-${row.name.replace(/\W/g, '-')}`;
      made.dataset.name = row.name;
      this.elements.set(row.name, made);
    }
    return made;
  }

  partRow(row) {
    const progress = this.progress[row.name];
    const measured = row.measured_ms !== null && row.measured_ms !== undefined ? lengthText(row.measured_ms) : '–';
    const lengths = row.listed_ms ? `${measured} of ${lengthText(row.listed_ms)}` : measured;
    return el('div', { class: 'row', role: 'option', 'aria-selected': String(row.name === this.opened) },
      el('div', { class: 'line' },
        el('span', { class: 'name' }, row.name),
        el('span', { class: 'title', dir: 'auto' }, row.title),
        this.drafts.has(row.name) ? el('span', { class: 'draft', title: 'Not saved' }, '● not saved') : null,
        el('span', { class: 'state' }, row.state)),
      el('div', { class: 'by' }, el('bdi', {}, row.speakers.join(', ')), row.room ? ` · ${row.room}` : '', ` · ${lengths}`),
      row.needs ? el('div', { class: 'why', dir: 'auto' }, sentence(row.needs.why)) : null,
      row.needs ? el('div', { class: 'what' }, sentence(row.needs.what)) : null,
      progress > 0 && progress < 1 ? el('progress', { max: '1', value: progress, 'aria-label': 'Progress of the run' }) : null);
  }

  recordingRow(row) {
    return el('div', { class: 'row', role: 'option', 'aria-selected': String(row.name === this.opened) },
      el('div', { class: 'line' }, el('span', { class: 'title', dir: 'auto' }, row.title),
        el('span', { class: 'state' }, row.only.duration_ms ? lengthText(row.only.duration_ms) : '')),
      row.only.fault ? el('div', { class: 'why' }, sentence(row.only.fault)) : null);
  }

  redo(name) {
    const row = this.rows.get(name);
    const old = this.elements.get(name);
    if (!row || !old)
      return;
    this.elements.delete(name);
    old.replaceWith(this.element(row));
    this.mark();
  }

  setProgress(parts) {
    const changed = new Set([...Object.keys(parts), ...Object.keys(this.progress)]);
    const old = this.progress;
    this.progress = parts;
    for (const name of changed)
      if (old[name] !== parts[name])
        this.redo(name);
  }

  setDraft(name, is) {
    if (is === this.drafts.has(name))
      return;
    this.drafts[is ? 'add' : 'delete'](name);
    this.redo(name);
  }

  mark() {
    for (const made of this.list.querySelectorAll('[aria-selected="true"], .active')) {
      made.setAttribute('aria-selected', 'false');
      made.classList.remove('active');
    }
    this.elements.get(this.opened)?.setAttribute('aria-selected', 'true');
    const active = this.elements.get(this.active);
    active?.classList.add('active');
    if (active)
      this.list.setAttribute('aria-activedescendant', active.id);
    else
      this.list.removeAttribute('aria-activedescendant');
  }

  activate(name) {
    if (!name)
      return;
    this.active = name;
    this.mark();
    this.elements.get(name)?.scrollIntoView({ block: 'nearest' });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey)
      return;
    const at = this.order.indexOf(this.active);
    const last = this.order.length - 1;
    const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: last, PageDown: at + 10, PageUp: at - 10 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      this.activate(this.order[Math.max(0, Math.min(last, to))]);
    } else if (event.key === 'Enter' && this.active) {
      event.preventDefault();
      event.stopPropagation();
      this.open(this.active);
    }
  }

  open(name) {
    const row = this.rows.get(name);
    if (!row)
      return;
    this.opened = name;
    this.activate(name);
    this.dispatchEvent(new CustomEvent('open', { detail: { row } }));
  }

  // The next part after the opened one that needs somebody.
  nextNeed() {
    const from = this.order.indexOf(this.opened);
    const around = [...this.order.slice(from + 1), ...this.order.slice(0, from + 1)];
    return around.find(name => this.rows.get(name).needs && name !== this.opened) || null;
  }

  summary() {
    const rows = [...this.rows.values()].filter(row => !row.only);
    const needs = rows.filter(row => row.needs).length;
    const done = rows.filter(row => ['complete', 'settled'].includes(row.state)).length;
    return `${needs ? `${plural(needs, 'part')} ${needs === 1 ? 'needs' : 'need'} you` : 'Nothing needs you'} · ${done} of ${plural(rows.length, 'part')} complete`;
  }
}
