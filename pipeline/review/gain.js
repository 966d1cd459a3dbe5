// Recordings are as quiet as they were made, and nobody can judge what is hardly heard. Amplified here, for the
// ear alone: as far as the measured loudness says, and by the slider; a limiter keeps loud places from hurting.
import { clamp } from './basics.js';

const TARGET_LUFS = -18;
const MOST_DB = 36;
const MAKEUP_DB = 3.4; // what a DynamicsCompressorNode of this threshold and ratio adds to all

export class Gain {
  constructor(video) {
    this.video = video;
    this.automatic = 0;
    this.byHand = 0;
    video.addEventListener('play', () => this.apply());
  }

  // lufs: how loud the sound is, null if that was not measured.
  of(lufs) {
    this.automatic = typeof lufs === 'number' ? clamp(TARGET_LUFS - lufs, 0, MOST_DB) : 0;
    this.apply();
  }

  set(db) {
    this.byHand = db;
    this.apply();
  }

  get db() {
    return Math.round(this.automatic + this.byHand);
  }

  // Up to 0 dB the element does it alone. A context may begin only once somebody pressed something: that is when it first plays.
  apply() {
    const { db } = this;
    if (db > 0 && !this.context && !this.video.paused)
      this.connect();
    this.context?.resume();
    this.video.volume = 10 ** (Math.min(db, 0) / 20);
    if (this.context)
      this.amplifier.gain.value = 10 ** ((Math.max(db, 0) - MAKEUP_DB) / 20);
  }

  connect() {
    const context = this.context = new AudioContext({ latencyHint: 'interactive' });
    this.amplifier = new GainNode(context);
    this.limiter = new DynamicsCompressorNode(context, { threshold: -6, knee: 0, ratio: 20, attack: 0.002, release: 0.1 });
    context.createMediaElementSource(this.video).connect(this.amplifier).connect(this.limiter).connect(context.destination);
  }
}
