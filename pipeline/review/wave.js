// Waveforms in audiowaveform's format .dat, version 2, 8 bit, one channel.

export class Wave {
  constructor(bytes, beginMs = 0) {
    const view = new DataView(bytes);
    const length = bytes.byteLength >= 24 ? view.getUint32(16, true) : 0;
    if (bytes.byteLength < 24 || view.getInt32(0, true) !== 2 || view.getUint32(4, true) !== 1 ||
        view.getInt32(20, true) !== 1 || bytes.byteLength < 24 + 2 * length)
      throw new Error('This is no waveform that the page can read.');
    this.perSecond = view.getInt32(8, true) / view.getInt32(12, true);
    this.peaks = new Int8Array(bytes, 24, 2 * length);
    this.length = length;
    this.beginMs = beginMs;
  }

  // The lowest and highest sample of a time, from -128 to 127; null where there is none.
  range(fromMs, toMs) {
    const first = Math.floor((fromMs - this.beginMs) * this.perSecond / 1000);
    const end = Math.max(first + 1, Math.floor((toMs - this.beginMs) * this.perSecond / 1000));
    if (end <= 0 || first >= this.length)
      return null;
    let [low, high] = [127, -128];
    for (let i = Math.max(0, first); i < Math.min(end, this.length); i++) {
      low = Math.min(low, this.peaks[2 * i]);
      high = Math.max(high, this.peaks[2 * i + 1]);
    }
    return [low, high];
  }

  // The middle of the quietest 300 ms within reach of a time.
  quietest(ms, reachMs) {
    const wide = Math.max(1, Math.round(0.3 * this.perSecond));
    const toIndex = at => Math.floor((at - this.beginMs) * this.perSecond / 1000);
    const from = Math.max(0, toIndex(ms - reachMs));
    const to = Math.min(this.length - wide, toIndex(ms + reachMs));
    let best = null;
    for (let i = from; i <= to; i++) {
      let loud = 0;
      for (let j = i; j < i + wide; j++)
        loud = Math.max(loud, this.peaks[2 * j + 1] - this.peaks[2 * j]);
      const at = this.beginMs + (i + wide / 2) * 1000 / this.perSecond;
      const cost = loud + Math.abs(at - ms) / reachMs; // of equal ones, the nearest
      if (!best || cost < best.cost)
        best = { at, cost };
    }
    return best ? best.at : null;
  }
}
