/** A phone: a turned card is swiped to the right. */
import { expect, logIn, test } from './support';

test('a swipe to the right is remembered', async ({ page, api, user }) => {
  await api.post('contents/', { title: 'Swipe?', body: 'Yes, **swipe**' });
  await logIn(page, user);
  await page.getByRole('link', { name: 'Review', exact: true }).click();
  await page.getByRole('button', { name: 'Show the answer' }).click();
  await expect(page.getByText('swipe', { exact: true })).toBeVisible();

  const box = await page.getByRole('article').boundingBox();
  const y = (box?.y ?? 0) + 150;
  const session = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', points: { x: number; y: number }[]) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: points });
  const completed = page.waitForResponse('**/api/review/complete/');
  await touch('touchStart', [{ x: 100, y }]);
  for (const x of [140, 190, 240, 290]) {
    await touch('touchMove', [{ x, y }]);
  }
  await touch('touchEnd', []);
  expect(await (await completed).json()).toMatchObject({ interval_index: 1 });
  await expect(page.getByRole('heading', { name: 'Done for today' })).toBeVisible();
});
