// What keys and buttons do, by the names of keys.js.
import { byId, clock, frameMs } from './basics.js';
import { queue, player, panels, timeline, app } from './app.js';
import { cutChanged, snap } from './cutting.js';
import { zoomPart, toPause, toggleLoop, toggleAsCut, togglePlay, toHandle, turnHandle } from './playing.js';

function nextTalk() {
  const list = (app.recording?.parts || []).filter(one => one.in !== null).sort((a, b) => a.in - b.in);
  if (!list.length)
    return;
  const at = list.findIndex(one => one.name === app.part?.name);
  const next = list[(at + 1) % list.length];
  if (list.length === 1 || !queue.rows.has(next.name))
    app.say('No other talk uses this recording.');
  else
    queue.open(next.name);
}

export function undo() {
  const { cut } = app;
  if (cut?.dirty && cut.back()) {
    player.setOffset(cut.offset);
    cutChanged();
    return;
  }
  const last = (app.part?.decisions || []).find(one => one.can_undo);
  if (last)
    app.undo(last.id);
  else
    app.say('There is nothing to undo.');
}

const withCut = f => () => {
  if (app.cut)
    f(app.cut);
  else
    app.say('Choose the recording of this part first.');
};
const move = frames => withCut(cut => app.moveHandle(cut.selected, cut.get(cut.selected) + frames()));
const second = () => Math.round(app.fps[0] / app.fps[1]);

export const DO = {
  nextNeed() {
    const name = queue.nextNeed();
    if (name)
      queue.open(name);
    else
      app.say('No other part needs you.');
  },
  nextTalk,
  toQueue() {
    const shown = document.body.classList.toggle('queue-shown');
    byId('show-queue').setAttribute('aria-expanded', String(shown));
    if (byId('list').offsetParent)
      byId('list').focus();
  },
  toFilter() {
    document.body.classList.add('queue-shown');
    byId('filter').select();
    byId('filter').focus();
  },
  toggle: togglePlay,
  back: () => player.back(),
  stop: () => player.pause(),
  forward: () => player.forward(),
  half: () => player.setRate(player.rate === 0.5 ? 1 : 0.5),
  double: () => player.setRate(player.rate === 2 ? 1 : 2),
  frameBack: () => player.step(-1),
  frameOn: () => player.step(1),
  secondBack: event => app.goTo(player.ms - (event?.shiftKey ? 10000 : 1000)),
  secondOn: event => app.goTo(player.ms + (event?.shiftKey ? 10000 : 1000)),
  pauseBack: () => toPause(-1),
  pauseOn: () => toPause(1),
  loop: withCut(toggleLoop),
  asCut: withCut(toggleAsCut),
  goto() {
    byId('at').focus();
    byId('at').select();
  },
  toIn: withCut(() => toHandle('in')),
  toOut: withCut(() => toHandle('out')),
  setIn: withCut(() => app.moveHandle('in', player.frame, { seek: false })),
  setOut: withCut(() => app.moveHandle('out', player.frame + 1, { seek: false })),
  lessFrame: move(() => -1),
  moreFrame: move(() => 1),
  lessSecond: move(() => -second()),
  moreSecond: move(second),
  snap: withCut(snap),
  dropBegin: withCut(cut => {
    cut.open = player.frame;
    panels.refreshCut();
    app.say(`A break begins at ${clock(player.ms, true)}. Go to its end and press D.`);
  }),
  dropEnd: withCut(cut => {
    if (cut.open === null) {
      app.say('Press d where the break begins, then D where it ends.');
      return;
    }
    cut.remember();
    if (cut.drop(cut.open, player.frame))
      cut.open = null;
    cutChanged({ seek: false });
  }),
  dropRemove: withCut(cut => {
    if (cut.open !== null) {
      cut.open = null;
      panels.refreshCut();
      return;
    }
    const index = cut.dropAt(player.frame);
    if (index < 0)
      app.say('There is no break here.');
    else
      app.keepDrop(index);
  }),
  handleOn: withCut(() => turnHandle(1)),
  handleBack: withCut(() => turnHandle(-1)),
  take: withCut(() => app.decide({ kind: 'cut', take: true })),
  save: () => app.save(),
  undo,
  zoomIn: () => timeline.zoom(0.5),
  zoomOut: () => timeline.zoom(2),
  zoomAll: () => timeline.show(0, timeline.duration),
  zoomPart: withCut(zoomPart),
  zoomFrames: () => timeline.reveal(player.ms, frameMs(app.fps, 40)),
  accept: () => panels.open('accept'),
  chapter: () => app.part && panels.addChapter(player.ms),
  match: () => panels.open('match'),
  help() {
    byId('keys').showModal();
  },
};
