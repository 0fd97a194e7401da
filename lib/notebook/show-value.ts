/** What a cell's last expression shows. */
import { isFrame } from './frames';
import { show } from './show';

/** A danfo frame or series and an arquero table are shown as tables, any other value as Node prints it. */
export function showValue(value: unknown): void {
  if (isFrame(value)) show(value);
  // eslint-disable-next-line no-console -- below a cell that is its output
  else console.log(value);
}
