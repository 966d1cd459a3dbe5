// All keys, in the order of the help. f: what it does, in doing.js.
import { el } from './basics.js';

export const KEYS = [
  ['Queue', [
    ['j k', 'next, previous part (in the list; arrows too)'],
    ['Enter', 'open the part (in the list)'],
    ['n', 'next part that needs you', 'nextNeed'],
    ['N', 'next talk of the same recording', 'nextTalk'],
    ['q', 'to the list', 'toQueue'],
    ['/', 'filter', 'toFilter'],
  ]],
  ['Play', [
    ['space', 'play, pause', 'toggle', ' '],
    ['J K L', 'backwards, stop, forwards; again: faster', { J: 'back', K: 'stop', L: 'forward', j: 'back', k: 'stop', l: 'forward' }],
    ['1 2', 'half, double speed; again: normal', { 1: 'half', 2: 'double' }],
    [', .', 'one frame back, on', { ',': 'frameBack', '.': 'frameOn' }],
    ['← →', 'one second back, on; with Shift ten', { ArrowLeft: 'secondBack', ArrowRight: 'secondOn' }],
    ['( )', 'previous, next pause', { '(': 'pauseBack', ')': 'pauseOn' }],
    ['p', 'loop around the selected handle', 'loop'],
    ['a', 'play as cut: leave breaks out', 'asCut'],
    ['g', 'go to a time or frame', 'goto'],
  ]],
  ['Cut', [
    ['I O', 'go to the in, the out', { I: 'toIn', O: 'toOut' }],
    ['i o', 'set the in, the out here', { i: 'setIn', o: 'setOut' }],
    ['[ ]', 'move the handle by a frame', { '[': 'lessFrame', ']': 'moreFrame' }],
    ['{ }', 'move the handle by a second', { '{': 'lessSecond', '}': 'moreSecond' }],
    ['s', 'snap the handle to the nearest pause', 'snap'],
    ['d D', 'a break begins, ends here', { d: 'dropBegin', D: 'dropEnd' }],
    ['x', 'remove the break', 'dropRemove'],
    ['h H', 'next, previous handle', { h: 'handleOn', H: 'handleBack' }],
    ['t', 'take the proposal', 'take'],
    ['Enter', 'save', 'save', 'Enter'],
    ['u Ctrl-Z', 'undo', 'undo', 'u'],
  ]],
  ['Time line', [
    ['+ −', 'zoom', { '+': 'zoomIn', '=': 'zoomIn', '-': 'zoomOut' }],
    ['0', 'the whole recording', 'zoomAll'],
    ['9', 'the part', 'zoomPart'],
    ['8', 'single frames', 'zoomFrames'],
    ['wheel', 'zoom; with Shift, move'],
  ]],
  ['Decide', [
    ['y', 'accept with a reason', 'accept'],
    ['c', 'a chapter begins here', 'chapter'],
    ['m', 'choose the recording', 'match'],
    ['?', 'this list', 'help'],
    ['Esc', 'leave a field, close'],
  ]],
];

// key -> name of what it does
export const ACTIONS = new Map(KEYS.flatMap(([, rows]) => rows).flatMap(([shown, , action, key]) => {
  if (!action)
    return [];
  return typeof action === 'string' ? [[key || shown, action]] : Object.entries(action);
}));

export function fillHelp(dialog) {
  dialog.replaceChildren(el('h2', { id: 'keys-title' }, 'Keys'),
    el('div', { class: 'columns' }, KEYS.map(([title, rows]) => el('section', {}, el('h3', {}, title),
      el('dl', {}, rows.flatMap(([shown, what]) => [el('dt', {}, shown.split(' ').flatMap(key => [el('kbd', {}, key), ' '])), el('dd', {}, what)]))))),
    el('form', { method: 'dialog' }, el('button', { class: 'main' }, 'Close')));
}
