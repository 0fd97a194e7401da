/** The time that chat templates read. A run has one, so that it gives the same numbers whenever it is resumed. */

/** Of the run that is open; none outside runs. */
let ofRun: string | undefined;

/** A moment as `2026-11-27T14:31:53`, local time without a zone. */
export function localTime(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** Stops the clock of templates at a {@link localTime}; undefined lets it run. Returns what it was before. */
export function setTemplateClock(time: string | undefined): string | undefined {
  const before = ofRun;
  ofRun = time;
  return before;
}

/** What templates take for now: the time of the run, and outside runs that of the machine. */
export function templateNow(): Date {
  return ofRun === undefined ? new Date() : new Date(ofRun);
}
