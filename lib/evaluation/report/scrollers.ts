/** Areas wider than the page: they scroll sideways, say so, and are reached with the keyboard. */

/** Declares `markScrollers(elements)`: those that have more than they show carry `data-scrolls`. */
export const markScrollers = `
const markScrollers = (elements) => {
  const mark = () => {
    for (const element of elements) {
      const scrolls = element.scrollWidth > element.clientWidth + 1;
      element.toggleAttribute('data-scrolls', scrolls);
      if (scrolls) element.tabIndex = 0;
      else element.removeAttribute('tabindex');
    }
  };
  addEventListener('resize', mark);
  mark();
};
`;

/** Style of the sign, which stays in view while its area scrolls. */
export const scrollerStyle = `
.scroll { overflow-x: auto; }
[data-scrolls]::before {
  content: '⇆ scrolls sideways'; display: block; position: sticky; left: 0; width: max-content;
  color: var(--muted); font-size: .78rem;
}
[data-scrolls] { border-right: 2px dashed var(--muted); }
`;
