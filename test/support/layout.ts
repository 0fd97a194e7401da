/** What a page shows that does not fit: found in the browser, by the boxes of its elements. */
import type { Page } from 'playwright-core';

/** Texts of one chart whose boxes overlap: axis titles, ticks, legends, titles of panels, numbers in bars. */
export function overlappingTexts(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('.chart')].flatMap((chart) => {
    const texts = [...chart.querySelectorAll('.main-svg text')]
      .filter((text) => text.textContent.trim() !== '' && getComputedStyle(text).visibility !== 'hidden')
      .map((text) => [text.textContent, text.getBoundingClientRect(), text])
      .filter(([, box]) => box.width > 0 && box.height > 0);
    const slack = 1.5;
    return texts.flatMap(([one, a, first], i) =>
      texts.slice(i + 1).flatMap(([other, b, second]) => {
        const apart =
          a.right - slack <= b.left || b.right - slack <= a.left ||
          a.bottom - slack <= b.top || b.bottom - slack <= a.top;
        // Ticks that lean have boxes larger than their letters.
        const lean = [first, second].every((text) => /rotate\\((?!0|-90|90)/.test(text.getAttribute('transform') ?? ''));
        return apart || lean ? [] : [chart.getAttribute('aria-label') + ': ' + one + ' | ' + other];
      }));
  })`);
}

/** Texts of charts that reach beyond the drawing and are cut there. */
export function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('.chart')].flatMap((chart) => {
    const edge = chart.querySelector('.main-svg').getBoundingClientRect();
    return [...chart.querySelectorAll('.main-svg text')].flatMap((text) => {
      const box = text.getBoundingClientRect();
      const inside = box.left >= edge.left - 1 && box.right <= edge.right + 1 && box.bottom <= edge.bottom + 1;
      return box.width === 0 || inside ? [] : [chart.getAttribute('aria-label') + ': ' + text.textContent];
    });
  })`);
}

/** Elements that hold more than they show and do not say that they scroll; where a text ends in … its whole is elsewhere. */
export function cutElements(page: Page): Promise<string[]> {
  return page.evaluate(`[...document.querySelectorAll('body *')].flatMap((element) => {
    if (element.closest('.chart, svg, script, style, [data-scrolls]') !== null) return [];
    const { overflowX, textOverflow, display } = getComputedStyle(element);
    const hidden = overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
    const beyond = element.getBoundingClientRect().right > document.documentElement.clientWidth + 1;
    if (display === 'inline' || textOverflow === 'ellipsis' || element.matches('thead, thead *')) return [];
    return hidden || beyond ? [element.tagName + '.' + element.className + ' ' + element.textContent.trim().slice(0, 40)] : [];
  })`);
}
