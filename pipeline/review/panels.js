// What a person decides about a part, beside the player. What was typed and not saved is kept in drafts, also
// when the part is read again because somebody else changed it.
import { el, clock, lengthText, parseTime, frameMs, plural, sentence } from './basics.js';
import { getJson, partPath } from './api.js';

const USES = { both: 'both channels', left: 'left channel', right: 'right channel', mix: 'both, mixed', mono: 'mono' };
const BY = { hand: 'set by hand', proposed: 'proposed, not taken', talkpress: 'found by talkpress' };
const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });

export const when = text => {
  const date = new Date(typeof text === 'number' ? text : String(text));
  return Number.isNaN(date.getTime()) ? String(text) : DATE.format(date);
};

const TEXT = 'input[type="text"], textarea';

const button = (text, onclick, attributes = {}) => el('button', { type: 'button', onclick, ...attributes }, text);

export class Panels {
  // app: what the panels ask for and tell; see app.js.
  constructor(root, app) {
    this.root = root;
    this.app = app;
    this.drafts = new Map();
    this.shown = new Set(['todo', 'cut', 'match', 'sound']);
    this.savedNow = null;
    root.addEventListener('focusin', ({ target }) => {
      if (target.matches(TEXT))
        target.dataset.before = target.value;
    });
  }

  draft(id) {
    return this.drafts.get(this.part?.name)?.[id];
  }

  setDraft(id, data, name = this.part.name) {
    const all = this.drafts.get(name) || {};
    if (data === undefined)
      delete all[id];
    else
      all[id] = data;
    if (Object.keys(all).length)
      this.drafts.set(name, all);
    else
      this.drafts.delete(name);
    this.app.drafted(name, this.drafts.has(name));
    if (name === this.part?.name)
      this.showDraft(id, data !== undefined);
  }

  showDraft(id, is) {
    const panel = this.root.querySelector(`#panel-${id}`);
    for (const needed of panel?.querySelectorAll('[data-draft]') || [])
      needed.disabled = !is;
    if (panel && is)
      panel.querySelector('summary span').textContent = '● not saved';
  }

  // What is sent now; a function that forgets it once it is saved, unless it was changed meanwhile.
  sending(id) {
    const { name } = this.part;
    const sent = JSON.stringify(this.draft(id));
    return () => {
      const now = this.drafts.get(name)?.[id];
      if (now === undefined || JSON.stringify(now) !== sent)
        return;
      this.setDraft(id, undefined, name);
      this.savedNow = id;
    };
  }

  clear(...children) {
    this.part = null;
    this.root.replaceChildren(...children);
  }

  show(part) {
    const other = this.part?.name !== part.name;
    this.part = part;
    const focus = other ? null : this.focused();
    const { scrollTop } = this.root;
    const kept = focus && this.typedIn(focus.element);
    this.savedNow = null;
    const sections = [
      ['todo', 'What to do', part.state, this.todo],
      ['cut', 'Cut', part.cut ? BY[part.cut.by] || '' : 'no recording', this.cut],
      ['sound', 'Sound', part.sound?.fault ? 'look at it' : this.soundText(), this.sound],
      ['match', 'Recording', part.match ? { sure: 'sure', unclear: 'unclear', none: 'none' }[part.match.state] : '', this.match],
      ['accept', 'Accept', part.acceptance ? 'accepted' : part.verdict, this.accept],
      ['poster', 'Poster and language', [part.poster === null || part.poster === undefined ? '' : `frame ${part.poster}`, part.language].filter(Boolean).join(', '), this.poster],
      ['chapters', 'Chapters', String((this.draft('chapters') || part.chapters || []).length || 'none'), this.chapters],
      ['captions', 'Captions', (part.captions || []).map(one => one.language || '?').join(', ') || 'none', this.captions],
      ['marks', 'Marks', this.marksText(), this.marks],
      ['work', 'Next run', part.todo?.length ? plural(part.todo.length, 'line') : 'nothing to make', this.work],
      ['history', 'History', plural((part.decisions || []).length, 'decision'), this.history],
    ];
    if (!kept)
      this.root.replaceChildren();
    for (const [id, title, summary, body] of sections)
      if (kept?.id === `panel-${id}`)
        kept.querySelector('summary').replaceWith(this.summary(id, title, summary));
      else if (kept)
        this.root.querySelector(`#panel-${id}`).replaceWith(this.section(id, title, summary, body));
      else
        this.root.append(this.section(id, title, summary, body));
    this.root.scrollTop = other ? 0 : scrollTop;
    if (focus && !kept)
      this.focusAgain(focus);
    this.refreshCut();
  }

  focused() {
    const element = document.activeElement;
    if (!this.root.contains(element))
      return null;
    const caret = element.matches(TEXT) ? [element.selectionStart, element.selectionEnd] : null;
    return { element, field: element.dataset.field, summary: element.matches('summary') && element.parentNode.id, caret };
  }

  // Keys must not become commands while somebody types: a field that is gone leaves the focus to its panel's successor, or to the time line.
  focusAgain({ field, summary, caret }) {
    const next = this.root.querySelector(field ? `[data-field="${field}"]` : summary ? `#${summary} summary` : null);
    if (!next) {
      this.app.timeline.focus();
      return;
    }
    this.focusing = true;
    next.focus({ preventScroll: true });
    this.focusing = false;
    if (caret && next.matches(TEXT))
      next.setSelectionRange(...caret);
  }

  // The panel of a field in which something is typed: it stays as it is when the part is read again.
  typedIn(element) {
    const details = element.matches(TEXT) && element.closest('details');
    const id = details && details.id.replace('panel-', '');
    if (!details || id === this.savedNow)
      return null;
    return this.draft(id) !== undefined || element.dataset.before !== element.value ? details : null;
  }

  summary(id, title, text) {
    return el('summary', {}, el('b', {}, title), el('span', {}, this.draft(id) ? '● not saved' : text));
  }

  section(id, title, summary, body) {
    const inner = el('div', { class: 'body' });
    const made = el('details', { id: `panel-${id}`, open: this.shown.has(id) }, this.summary(id, title, summary), inner);
    const fill = () => {
      if (made.open && !inner.childNodes.length)
        body.call(this, inner);
    };
    made.addEventListener('toggle', () => {
      this.shown[made.open ? 'add' : 'delete'](id);
      fill();
    });
    fill();
    return made;
  }

  // Opens a panel and puts the focus into it.
  open(id) {
    const details = this.root.querySelector(`#panel-${id}`);
    if (!details)
      return;
    details.open = true;
    this.shown.add(id);
    setTimeout(() => {
      details.scrollIntoView({ block: 'nearest' });
      (details.querySelector('.body input, .body select, .body textarea, .body button') || details.firstChild).focus();
    });
  }

  refill(id, body) {
    const inner = this.root.querySelector(`#panel-${id} .body`);
    if (inner?.childNodes.length) {
      inner.replaceChildren();
      body.call(this, inner);
    }
  }

  // --- what to do ---

  todo(inner) {
    const { part } = this;
    if (part.needs)
      inner.append(el('div', { class: 'note' }, el('p', { dir: 'auto' }, sentence(part.needs.why)), el('p', { class: 'soft' }, sentence(part.needs.what))));
    else
      inner.append(el('p', { class: 'good' }, 'This part needs nobody.'));
    if (part.cause && part.cause !== part.needs?.why)
      inner.append(el('p', { class: 'soft' }, `Verdict: ${part.verdict}. ${sentence(part.cause)}`));
  }

  // What the next run makes, and the files.
  work(inner) {
    const { part } = this;
    if (part.todo?.length)
      inner.append(el('ul', {}, part.todo.map(line => el('li', {}, line))));
    else
      inner.append(el('p', { class: 'soft' }, 'Nothing is missing.'));
    if (part.outputs?.length)
      inner.append(el('ul', { class: 'soft' }, part.outputs.map(output => el('li', {}, `${output.file}: ${output.state}`))));
    if (part.abstract)
      inner.append(el('p', { class: 'soft', dir: 'auto' }, part.abstract));
  }

  // --- cut ---

  cut(inner) {
    const { app, part } = this;
    if (!part.cut) {
      inner.append(el('p', { class: 'soft' }, 'Choose the recording first.'));
      return;
    }
    const field = (name, label) => {
      const input = el('input', {
        type: 'text', class: 'time', id: `cut-${name}`, 'data-field': `cut-${name}`, autocomplete: 'off', spellcheck: 'false',
        title: '12:30.5, or 1500f for a frame',
      });
      const take = () => {
        const ms = parseTime(input.value, app.fps);
        if (Number.isNaN(ms))
          app.say(`'${input.value}' is no time. Write 12:30.5, or 1500f for a frame.`, 'error');
        else if (input.value !== input.dataset.shown) {
          input.dataset.shown = input.value;
          app.moveHandle(name, Math.round(ms * app.fps[0] / (1000 * app.fps[1])));
        }
        this.refreshCut();
      };
      input.addEventListener('change', take);
      return [el('label', { for: `cut-${name}` }, label), input, el('span', { class: 'soft numbers', id: `cut-${name}-frame` })];
    };
    inner.append(
      el('div', { class: 'pairs' }, ...field('in', 'in'), ...field('out', 'out'),
        el('span', { class: 'label' }, 'length'), el('span', { id: 'cut-length', class: 'numbers' }), el('span', { id: 'cut-off', class: 'soft numbers' })),
      el('div', { class: 'lengths', id: 'cut-bar', 'aria-hidden': 'true' }, el('i'), el('u')),
      el('ul', { id: 'cut-drops' }),
      el('div', { class: 'actions' },
        button('Save', () => app.save(), { class: 'main', id: 'cut-save', title: 'Enter' }),
        button('Take the proposal', () => app.decide({ kind: 'cut', take: true }), { id: 'cut-take', title: 't' }),
        button('Discard changes', () => app.discard(), { id: 'cut-discard' }),
        button('Automatic', () => app.decide({ kind: 'cut', auto: true }), { id: 'cut-auto', title: 'Remove what was set by hand' })),
      el('div', { id: 'cut-again', role: 'status' }), // below: the buttons stay where they are
      part.cut.why ? el('p', { class: 'soft', dir: 'auto' }, sentence(part.cut.why)) : '');
  }

  // While a handle moves: only numbers change.
  refreshCut() {
    const { cut } = this.app;
    const id = name => this.root.querySelector(`#cut-${name}`);
    if (!cut || !id('in'))
      return;
    const { fps } = this.app;
    for (const name of ['in', 'out']) {
      const shown = clock(frameMs(fps, cut[name]), true);
      if (document.activeElement !== id(name) || id(name).value === id(name).dataset.shown)
        id(name).value = shown;
      id(name).dataset.shown = shown;
      id(`${name}-frame`).textContent = `frame ${cut[name]}`;
    }
    const length = frameMs(fps, cut.length);
    id('length').textContent = clock(length, true);
    const off = cut.listedMs ? length - cut.listedMs : null;
    id('off').textContent = off === null ? 'no length listed' : `${off < 0 ? '−' : '+'}${Math.abs(off / 1000).toFixed(1)} s of ${clock(cut.listedMs)}`;
    const most = Math.max(length, cut.listedMs || 0) * 1.1 || 1;
    id('bar').firstChild.style.width = `${100 * length / most}%`;
    id('bar').lastChild.style.left = `${100 * (cut.listedMs || 0) / most}%`;
    id('bar').lastChild.hidden = !cut.listedMs;
    id('drops').replaceChildren(...cut.drops.map(([begin, end], index) => el('li', { class: 'line-up' },
      button(`without ${clock(frameMs(fps, begin))} – ${clock(frameMs(fps, end))}`, () => this.app.goTo(frameMs(fps, begin)), { class: 'plain' }),
      button('remove', () => this.app.keepDrop(index), { 'aria-label': `Keep ${clock(frameMs(fps, begin))} to ${clock(frameMs(fps, end))}` }))),
      ...(cut.open === null ? [] : [el('li', { class: 'soft' }, `A break begins at ${clock(frameMs(fps, cut.open), true)}: D ends it here.`)]));
    id('save').disabled = !cut.dirty;
    id('discard').disabled = !cut.dirty;
    id('take').hidden = cut.by !== 'proposed';
    id('auto').hidden = cut.by !== 'hand';
    const summary = this.root.querySelector('#panel-cut summary span');
    summary.textContent = cut.dirty ? '● not saved' : BY[cut.by] || '';
    this.offsetShown();
  }

  // What would be made again; null: nothing to say.
  showAgain(again) {
    const place = this.root.querySelector('#cut-again');
    if (!place)
      return;
    if (!again) {
      place.replaceChildren();
      place.className = '';
      return;
    }
    place.className = 'again';
    const open = place.querySelector('details')?.open;
    place.replaceChildren(el('p', {}, againText(again)), again.lines?.length
      ? el('details', open ? { open: '' } : {}, el('summary', {}, 'In detail'), el('ul', {}, again.lines.map(line => el('li', {}, line)))) : '');
  }

  // --- sound ---

  soundText() {
    const { sound } = this.part;
    const draft = this.draft('sound');
    const use = draft?.use ?? sound?.use;
    return sound ? [sound.streams?.length > 1 ? `stream ${draft?.stream ?? sound.stream}` : '', USES[use] || use].filter(Boolean).join(', ') : 'none';
  }

  sound(inner) {
    const { app, part } = this;
    const { sound } = part;
    if (!sound || !sound.streams?.length) {
      inner.append(el('p', { class: 'soft' }, part.recording ? 'The recording has no sound that was measured.' : 'Choose the recording first.'));
      return;
    }
    const now = this.draft('sound') || { stream: sound.stream, use: sound.use };
    const choose = change => {
      const chosen = { ...now, ...change };
      const same = chosen.stream === sound.stream && chosen.use === sound.use;
      this.setDraft('sound', same ? undefined : chosen);
      app.hear(chosen, same);
      this.refill('sound', this.sound);
      this.root.querySelector('#panel-sound summary span').textContent = same ? this.soundText() : '● not saved';
    };
    if (sound.fault)
      inner.append(el('p', { class: 'note' }, sentence(sound.fault)));
    for (const remark of [sound.remarks || []].flat())
      inner.append(el('p', { class: 'soft' }, sentence(remark)));
    inner.append(el('fieldset', { class: 'plain-set' }, el('legend', { class: 'soft' }, 'Stream'),
      ...sound.streams.map(stream => el('label', { class: 'choice' },
        el('input', { type: 'radio', name: 'stream', 'data-field': `stream-${stream.stream}`, checked: stream.stream === now.stream, onchange: () => choose({ stream: stream.stream }) }),
        el('span', {}, `${stream.stream}: ${[stream.codec, plural(stream.channels, 'channel'), stream.language === 'und' ? '' : stream.language, stream.loudness_lufs === null || stream.loudness_lufs === undefined ? '' : `${stream.loudness_lufs.toFixed(1)} LUFS`].filter(Boolean).join(', ')}`)))));
    const channels = sound.streams.find(stream => stream.stream === now.stream)?.channels;
    if (sound.choices?.length > 1 && channels !== 1)
      inner.append(el('div', { class: 'line-up' }, el('label', { for: 'use', class: 'soft' }, 'Channels'),
        el('select', { id: 'use', 'data-field': 'use', onchange: event => choose({ use: event.target.value }) },
          ...sound.choices.map(use => el('option', { value: use, selected: use === now.use }, USES[use] || use)))));
    inner.append(el('div', { class: 'actions' },
      button('Save', () => app.decide({ kind: 'sound', stream: now.stream, use: now.use }, 'sound'), { class: 'main', disabled: !this.draft('sound') }),
      button('Automatic', () => app.decide({ kind: 'sound', auto: true }, 'sound'))));
    if (app.cut) {
      const slider = el('input', {
        type: 'range', id: 'offset', 'data-field': 'offset', min: '-1000', max: '1000', step: '5', value: String(app.cut.offset),
        oninput: event => app.setOffset(Number(event.target.value)),
      });
      inner.append(el('div', { class: 'pairs' }, el('label', { for: 'offset' }, 'later by'), slider, el('output', { id: 'offset-text', class: 'numbers' })),
        el('p', { class: 'soft' }, 'Moves the sound against the picture, from −1 s to +1 s. It is heard at once, and saved with the cut.'));
      this.offsetShown();
    }
  }

  offsetShown() {
    const text = this.root.querySelector('#offset-text');
    if (!text || !this.app.cut)
      return;
    const { offset } = this.app.cut;
    text.textContent = `${offset > 0 ? '+' : ''}${offset} ms`;
    this.root.querySelector('#offset').value = String(offset);
  }

  // --- recording ---

  match(inner) {
    const { app, part } = this;
    const recording = app.recordings.find(one => one.id === part.recording);
    inner.append(el('p', {}, recording ? el('bdi', {}, recording.name) : 'No recording.',
      part.match?.by_hand ? el('span', { class: 'soft' }, ' (chosen by hand)') : ''));
    if (part.match?.reason)
      inner.append(el('p', { class: 'soft', dir: 'auto' }, sentence(part.match.reason)));
    if (part.match?.suspicion)
      inner.append(el('p', { class: 'note', dir: 'auto' }, sentence(part.match.suspicion)));
    const choose = id => app.decide({ kind: 'match', recording: id });
    if (part.candidates?.length)
      inner.append(el('ul', { 'aria-label': 'Candidates, best first' }, part.candidates.map(one => el('li', { class: 'choice' },
        el('span', {}, el('bdi', {}, one.name), el('span', { class: 'soft numbers' }, ` ${lengthText(one.duration_ms)}, score ${Number(one.score).toFixed(2)}`)),
        button('Look', () => app.look(one.id), { 'aria-label': `Look at ${one.name}` }),
        button(one.id === part.recording ? 'Confirm' : 'Choose', () => choose(one.id), { 'aria-label': `${one.id === part.recording ? 'Confirm' : 'Choose'} ${one.name}` })))));
    const others = el('select', { 'data-field': 'any-recording', 'aria-label': 'Any recording' }, el('option', { value: '' }, 'another recording …'),
      ...app.recordings.map(one => el('option', { value: one.id, dir: 'auto' }, one.name)));
    inner.append(el('div', { class: 'actions' }, others,
      button('Choose', () => others.value && choose(others.value)),
      button('Automatic', () => choose('auto')),
      button('None', () => choose(null), { title: 'No recording holds this part' })));
    const exchange = el('select', { 'data-field': 'exchange', 'aria-label': 'Part to exchange recordings with' }, el('option', { value: '' }, 'exchange with part …'),
      ...app.parts.filter(row => row.recording && row.recording !== part.recording)
        .map(row => el('option', { value: row.name, dir: 'auto' }, `${row.name} ${row.title}`)));
    if (exchange.options.length > 1 && part.recording)
      inner.append(el('div', { class: 'actions' }, exchange, button('Exchange', () => exchange.value && app.exchange(exchange.value))));
  }

  // --- accept ---

  accept(inner) {
    const { app, part } = this;
    if (part.acceptance) {
      inner.append(el('p', {}, 'Accepted: ', el('q', { dir: 'auto' }, part.acceptance.because), part.acceptance.at ? ` (${when(part.acceptance.at)})` : ''),
        el('div', { class: 'actions' }, button('Withdraw', () => app.decide({ kind: 'reject' }))));
      return;
    }
    const save = () => {
      const because = input.value.trim();
      if (!because) {
        app.say('Say why the part is accepted as it is: the reason is kept.', 'error');
        input.focus();
      } else
        app.decide({ kind: 'accept', because }, 'accept');
    };
    const input = el('input', {
      type: 'text', id: 'because', 'data-field': 'because', value: this.draft('accept') || '', placeholder: 'camera full, speaker agrees', dir: 'auto',
      'aria-label': 'Accept because', oninput: () => this.setDraft('accept', input.value || undefined),
      onkeydown: event => { if (event.key === 'Enter') save(); },
    });
    inner.append(el('p', { class: 'soft' }, 'Publish it as it is, because:'), input, el('div', { class: 'actions' }, button('Accept', save, { class: 'main' })));
  }

  // --- poster and language ---

  poster(inner) {
    const { app, part } = this;
    const language = el('input', {
      type: 'text', id: 'language', 'data-field': 'language', class: 'time', value: this.draft('poster') ?? part.language ?? '', placeholder: 'en, de, pt-BR', spellcheck: 'false',
      oninput: () => this.setDraft('poster', language.value === (part.language || '') ? undefined : language.value),
    });
    inner.append(
      el('div', { class: 'line-up' }, el('span', {}, part.poster === null || part.poster === undefined ? 'Poster: chosen by talkpress.' : `Poster: frame ${part.poster}, ${clock(frameMs(app.fps, part.poster), true)}.`),
        part.poster === null || part.poster === undefined ? '' : button('Look', () => app.goTo(frameMs(app.fps, part.poster)))),
      el('div', { class: 'actions' },
        button('Use this frame', () => app.own() && app.decide({ kind: 'poster', frame: app.player.frame }), { disabled: !app.recording?.has_picture }),
        button('Automatic', () => app.decide({ kind: 'poster', frame: null }))),
      el('div', { class: 'line-up' }, el('label', { for: 'language' }, 'Language'), language,
        button('Save', () => app.decide({ kind: 'language', language: language.value.trim() || null }, 'poster')), button('Automatic', () => app.decide({ kind: 'language', language: null }, 'poster'))));
  }

  // --- chapters ---

  chapterRows() {
    return this.draft('chapters') || (this.part.chapters || []).map(({ at_ms, title }) => ({ at_ms, title }));
  }

  changeChapters(change) {
    const rows = this.chapterRows().map(row => ({ ...row }));
    change(rows);
    rows.sort((a, b) => a.at_ms - b.at_ms);
    this.setDraft('chapters', rows);
    this.refill('chapters', this.chapters);
  }

  addChapter(ms) {
    if (!this.app.own())
      return;
    this.shown.add('chapters');
    const details = this.root.querySelector('#panel-chapters');
    details.open = true;
    this.changeChapters(rows => rows.push({ at_ms: Math.round(ms), title: '' }));
    setTimeout(() => {
      this.refill('chapters', this.chapters);
      const row = this.chapterRows().findIndex(one => one.at_ms === Math.round(ms) && !one.title);
      this.root.querySelector(`[data-field="chapter-${row}"]`)?.focus();
    });
  }

  chapters(inner) {
    const { app, part } = this;
    const rows = this.chapterRows();
    const list = el('ol', { class: 'chapters' }, rows.map((row, index) => {
      const time = el('input', {
        type: 'text', class: 'time', value: clock(row.at_ms, row.at_ms % 1000 !== 0), 'aria-label': `Time of chapter ${index + 1}`, 'data-field': `chapter-time-${index}`,
        onchange: () => {
          const ms = parseTime(time.value, app.fps);
          if (Number.isNaN(ms))
            app.say(`'${time.value}' is no time.`, 'error');
          else
            this.changeChapters(all => { all[index].at_ms = Math.round(ms); });
        },
        ondblclick: () => app.goTo(row.at_ms),
      });
      const title = el('input', {
        type: 'text', value: row.title, dir: 'auto', placeholder: 'title', 'aria-label': `Title of chapter ${index + 1}`, 'data-field': `chapter-${index}`,
        oninput: () => {
          const all = this.chapterRows().map(one => ({ ...one }));
          all[index].title = title.value;
          this.setDraft('chapters', all);
        },
        onfocus: () => this.focusing || app.goTo(row.at_ms, true),
      });
      return el('li', {}, time, title, button('×', () => this.changeChapters(all => all.splice(index, 1)), { 'aria-label': `Remove chapter ${index + 1}` }));
    }));
    inner.append(list, el('p', { class: 'soft' }, part.chapters_typed ? 'Set by hand. Times are of the recording.' : 'Times are of the recording.'),
      el('div', { class: 'actions' },
        button('Add here', () => this.addChapter(app.player.ms), { title: 'c' }),
        button('From slide changes', () => this.fromScenes(), { disabled: !app.recording?.scenes?.length }),
        button('Save', () => {
          const now = this.chapterRows();
          const empty = now.find(row => !row.title.trim());
          if (empty)
            app.say(`The chapter at ${clock(empty.at_ms)} has no title.`, 'error');
          else
            app.decide({ kind: 'chapters', chapters: now.map(({ at_ms, title }) => ({ at_ms, title: title.trim() })) }, 'chapters');
        }, { class: 'main', disabled: !this.draft('chapters'), 'data-draft': '' }),
        button('Discard', () => {
          this.setDraft('chapters', undefined);
          this.refill('chapters', this.chapters);
        }, { disabled: !this.draft('chapters'), 'data-draft': '' }),
        button('Automatic', () => app.decide({ kind: 'chapters', chapters: null }, 'chapters'))));
  }

  fromScenes() {
    if (!this.app.own())
      return;
    const { cut, fps, recording } = this.app;
    const inside = ms => !cut || ms >= frameMs(fps, cut.in) && ms < frameMs(fps, cut.out);
    this.changeChapters(rows => {
      for (const ms of recording.scenes)
        if (inside(ms) && !rows.some(row => Math.abs(row.at_ms - ms) < 2000))
          rows.push({ at_ms: Math.round(ms), title: '' });
    });
    this.app.say('Each slide change has a line now. Name those that begin a chapter, and remove the others.');
  }

  // --- captions ---

  captions(inner) {
    const { part } = this;
    if (!part.captions?.length) {
      inner.append(el('p', { class: 'soft' }, 'This part has no captions.'));
      return;
    }
    const chosen = this.captionsShown?.part === part.name && part.captions.some(one => one.n === this.captionsShown.n)
      ? this.captionsShown.n : part.captions[0].n;
    const body = el('div', { class: 'body' });
    const load = async n => {
      const draft = this.draft('captions');
      const had = draft?.n === n ? draft : this.read?.part === part.name && this.read.n === n ? this.read : null;
      this.captionsShown = { part: part.name, n };
      if (had)
        this.cues(body, n, had.cues);
      else
        body.replaceChildren(el('p', { class: 'soft' }, 'Loading…'));
      if (had && had === draft)
        return;
      try {
        const { cues } = await getJson(`${partPath(part)}/captions/${n}`);
        this.cuesRead(body, { part: part.name, n, cues });
      } catch (error) {
        body.replaceChildren(el('p', { class: 'note' }, error.message));
      }
    };
    if (part.captions.length > 1)
      inner.append(el('select', { 'aria-label': 'Captions', 'data-field': 'captions', onchange: event => load(Number(event.target.value)) },
        ...part.captions.map(one => el('option', { value: one.n, selected: one.n === chosen }, `${one.language || 'unknown language'} (${one.from})`))));
    else
      inner.append(el('p', { class: 'soft' }, `${part.captions[0].language || 'unknown language'}, from ${part.captions[0].from}`));
    inner.append(body);
    load(chosen);
  }

  // Shown unless they are shown already, or somebody began to type.
  cuesRead(body, read) {
    const same = JSON.stringify(this.read) === JSON.stringify(read);
    const had = body.querySelector('.cues');
    this.read = read;
    if (this.part?.name !== read.part || !body.isConnected || had && (same || this.draft('captions')))
      return;
    const focus = body.contains(document.activeElement) && this.focused();
    this.cues(body, read.n, read.cues);
    if (focus)
      this.focusAgain(focus);
  }

  cues(body, n, cues) {
    const { app } = this;
    const now = cues.map(cue => ({ ...cue }));
    const save = button('Save', () => app.decide({ kind: 'captions', n, cues: now.filter(cue => cue.text.trim()) }, 'captions'), { class: 'main', disabled: !this.draft('captions'), 'data-draft': '' });
    const line = (cue, index) => el('li', {},
      button(clock(cue.begin_ms), () => app.playFrom(cue.begin_ms, cue.end_ms), { class: 'plain numbers', 'aria-label': `Hear line ${index + 1}, at ${clock(cue.begin_ms)}` }),
      el('textarea', {
        rows: String(Math.min(3, cue.text.split('\n').length)), dir: 'auto', 'aria-label': `Line ${index + 1}`, 'data-field': `cue-${index}`, value: cue.text,
        oninput: event => {
          now[index].text = event.target.value;
          this.setDraft('captions', { n, cues: now });
        },
      }));
    body.replaceChildren(el('ol', { class: 'cues' }, now.map(line)),
      el('div', { class: 'actions' }, save,
        button('Discard', () => {
          this.setDraft('captions', undefined);
          this.refill('captions', this.captions);
        }),
        button('As they came', () => app.decide({ kind: 'captions', n, clear: true }, 'captions'), { title: 'Remove all corrections' })));
  }

  // --- marks ---

  marksText() {
    const { recording } = this.app;
    const bad = (recording?.faults || []).length + (recording?.damage || []).length;
    return bad ? plural(bad, 'fault') : 'no faults';
  }

  marks(inner) {
    const { app } = this;
    const all = [...app.recording?.faults || [], ...app.recording?.damage || []].sort((a, b) => a.at_ms - b.at_ms);
    if (!all.length)
      inner.append(el('p', { class: 'soft' }, 'No faults of the sound and no damage were found.'));
    inner.append(el('ul', {}, all.slice(0, 200).map(mark => el('li', { class: 'choice' },
      button(clock(mark.at_ms), () => app.goTo(mark.at_ms), { class: 'plain numbers' }), el('span', { dir: 'auto' }, sentence(mark.what))))));
    const { files } = app.recording || {};
    if (files?.length > 1)
      inner.append(el('ul', {}, files.map(file => el('li', { class: 'choice' },
        button(clock(file.begin_ms), () => app.goTo(file.begin_ms), { class: 'plain numbers' }), el('bdi', {}, file.name)))));
  }

  // --- history ---

  history(inner) {
    const { app, part } = this;
    if (!part.decisions?.length)
      inner.append(el('p', { class: 'soft' }, 'Nothing was decided by hand.'));
    inner.append(el('ol', {}, (part.decisions || []).map(one => el('li', { class: 'choice' },
      el('span', {}, el('span', { dir: 'auto' }, one.text), el('span', { class: 'soft' }, ` ${when(one.at)}, ${one.through}`)),
      one.can_undo ? button('Undo', () => app.undo(one.id), { 'aria-label': `Undo: ${one.text}` }) : null))));
  }
}

export function againText(again) {
  const names = { cell: ['piece of video', 'pieces of video'], sound: ['sound', 'sounds'], assemble: ['file', 'files'], card: ['card'], poster: ['poster'], captions: ['captions', 'captions'], check: ['check'], storyboard: ['storyboard'] };
  const jobs = Object.entries(again.jobs || {}).filter(([, count]) => count > 0)
    .map(([name, count]) => plural(count, ...(names[name] || [name])));
  if (!jobs.length)
    return 'Nothing would be made again.';
  const seconds = again.core_s ? `, about ${again.core_s < 90 ? `${Math.ceil(again.core_s)} s` : `${Math.round(again.core_s / 60)} min`} of one core` : '';
  return `Would be made again: ${jobs.join(', ')}${seconds}.`;
}
