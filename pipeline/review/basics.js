// Times, frames and elements: what every other module needs.

// A frame begins at this many milliseconds of the recording; fps is [numerator, denominator].
export const frameMs = ([num, den], frame) => frame * 1000 * den / num;

// The frame that is shown at that time.
export const msFrame = ([num, den], ms) => Math.floor(ms * num / (1000 * den) + 1e-3);

const two = number => String(number).padStart(2, '0');

// 1:02:03, 2:03; with thousandths if asked for.
export function clock(ms, thousandths = false) {
  const sign = ms < 0 ? '−' : '';
  const all = thousandths ? Math.round(Math.abs(ms)) : Math.floor(Math.abs(ms) / 1000 + 1e-4) * 1000;
  const [hours, minutes, seconds] = [all / 3600000, all / 60000 % 60, all / 1000 % 60].map(Math.floor);
  const tail = thousandths ? `.${String(all % 1000).padStart(3, '0')}` : '';
  return hours ? `${sign}${hours}:${two(minutes)}:${two(seconds)}${tail}` : `${sign}${minutes}:${two(seconds)}${tail}`;
}

// A length in whole seconds: rounded, as commands print it. clock() does not show a second before it begins.
export const lengthText = ms => clock(Math.round(ms / 1000) * 1000);

// 1:02:03.5, 12:30, 750, 1500f. NaN if it is no time.
export function parseTime(text, fps) {
  const frames = /^(\d+)f$/.exec(text.trim());
  if (frames)
    return frameMs(fps, Number(frames[1]));
  if (!/^(\d+:){0,2}\d+([.,]\d+)?$/.test(text.trim()))
    return NaN;
  return text.trim().replace(',', '.').split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
}

// Messages of commands begin in lower case and have no full stop.
export function sentence(text) {
  const all = String(text || '').trim();
  return all && all[0].toUpperCase() + all.slice(1) + (/[.!?:…]$/.test(all) ? '' : '.');
}

export const clamp = (value, low, high) => Math.max(low, Math.min(value, high));

export const plural = (number, one, many = `${one}s`) => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

// el('button', { class: 'x', type: 'button', onclick: f }, 'text', node): texts are never markup.
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false)
      continue;
    if (key.startsWith('on'))
      made.addEventListener(key.slice(2), value);
    else if (key === 'value' || key === 'checked' || key === 'disabled' || key === 'hidden')
      made[key] = value;
    else
      made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return made;
}

export const byId = id => document.getElementById(id);

// Calls f once, when there were no more calls for that long.
export function later(ms, f) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), ms);
  };
}
