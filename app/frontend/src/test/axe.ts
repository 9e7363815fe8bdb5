/** What axe has to complain about. */
import axe from 'axe-core';

/** jsdom applies no styles: it shows both navigations at once, and no colours. The walks in a browser do. */
const NEEDS_STYLES = { 'color-contrast': { enabled: false }, 'landmark-unique': { enabled: false } };

export async function complaints(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, { rules: NEEDS_STYLES });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
