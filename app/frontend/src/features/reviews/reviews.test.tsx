import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { beforeEach, describe, expect, it } from 'vitest';
import { db, failure, server } from '@/test/backend';
import { content, schedule } from '@/test/data';
import { open } from '@/test/render';

beforeEach(() => {
  db.today = [
    schedule(1, content(11, 'What is ATP?', { body: 'Energy of the **cell**', category_name: 'Biology' })),
    schedule(2, content(12, 'Capital of Peru?', { body: 'Lima' }), { initial_review_completed: false }),
  ];
});

async function openTurned() {
  const view = open('/review');
  await view.user.click(await screen.findByRole('button', { name: 'Show the answer' }));
  await screen.findByText('cell');
  return view;
}

function card() {
  return screen.getByRole('article');
}

describe('a review', () => {
  it('shows the question first and the answer when asked', async () => {
    const { user } = open('/review');
    expect(await screen.findByRole('heading', { name: 'What is ATP?' })).toBeInTheDocument();
    expect(screen.getByText('Biology')).toBeInTheDocument();
    expect(screen.queryByText('cell')).not.toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Remembered' })).not.toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Show the answer' }));
    expect((await screen.findByText('cell')).tagName).toBe('STRONG');
  });

  it('sends the result with the time and shows the next card', async () => {
    const { user } = await openTurned();
    await user.click(screen.getByRole('button', { name: 'Remembered' }));
    expect(await screen.findByRole('heading', { name: 'Capital of Peru?' })).toBeInTheDocument();
    expect(screen.getByText('New')).toBeInTheDocument();
    expect(screen.getByText('1 done')).toBeInTheDocument();
    expect(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '50');
    expect(db.writes).toEqual([
      {
        call: 'POST /api/review/complete/',
        body: { content_id: 11, result: 'remembered', time_spent: expect.any(Number) },
      },
    ]);
  });

  it('sends what was noted with the answer, and begins the next card without it', async () => {
    const { user } = await openTurned();
    await user.type(screen.getByLabelText('Notes (optional)'), '  123 mixed up with ADP ');
    expect(db.writes).toEqual([]);
    await user.click(screen.getByRole('button', { name: 'Partly' }));
    await screen.findByRole('heading', { name: 'Capital of Peru?' });
    expect(db.writes[0]?.body).toMatchObject({ result: 'partial', notes: '123 mixed up with ADP' });
    await user.click(screen.getByRole('button', { name: 'Show the answer' }));
    expect(screen.getByLabelText('Notes (optional)')).toHaveValue('');
  });

  it('keeps what was noted when the answer was not taken', async () => {
    server.use(http.post('*/api/review/complete/', failure(503, { code: 'unavailable' })));
    const { user } = await openTurned();
    await user.type(screen.getByLabelText('Notes (optional)'), 'Once more');
    await user.click(screen.getByRole('button', { name: 'Remembered' }));
    await screen.findByRole('alert');
    expect(screen.getByLabelText('Notes (optional)')).toHaveValue('Once more');
  });

  it('takes no more notes than the server', async () => {
    await openTurned();
    expect(screen.getByLabelText('Notes (optional)')).toHaveAttribute('maxlength', '5000');
  });

  it('brings a forgotten card back at the end', async () => {
    const { user } = await openTurned();
    await user.click(screen.getByRole('button', { name: 'Forgot' }));
    await screen.findByRole('heading', { name: 'Capital of Peru?' });
    expect(screen.getByText('2 left')).toBeInTheDocument();
    await user.keyboard(' 3');
    expect(await screen.findByRole('heading', { name: 'What is ATP?' })).toBeInTheDocument();
  });

  it('keeps the card when the answer was not taken', async () => {
    server.use(http.post('*/api/review/complete/', failure(503, { code: 'unavailable' })));
    const { user } = await openTurned();
    await user.click(screen.getByRole('button', { name: 'Partly' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('cannot be reached');
    expect(screen.getByRole('heading', { name: 'What is ATP?' })).toBeInTheDocument();
  });

  it('ends with what the sitting brought', async () => {
    const { user } = await openTurned();
    await user.keyboard('2');
    await screen.findByRole('heading', { name: 'Capital of Peru?' });
    await user.keyboard(' ');
    await user.keyboard('3');
    expect(await screen.findByRole('heading', { name: 'Done for today' })).toBeInTheDocument();
    expect(screen.getByText(/1 remembered, 1 partly, 0 forgotten/)).toBeInTheDocument();
  });

  it('counts what was forgotten on the way, and leads on', async () => {
    const { user } = await openTurned();
    await user.keyboard('1');
    await screen.findByRole('heading', { name: 'Capital of Peru?' });
    await user.keyboard(' 3');
    await screen.findByRole('heading', { name: 'What is ATP?' });
    await user.keyboard(' 3');
    expect(await screen.findByText(/^2 remembered, 0 partly, 1 forgotten/)).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'New content' })).toHaveAttribute('href', '/contents/new');
    expect(screen.getByRole('link', { name: 'To the dashboard' })).toHaveAttribute('href', '/');
  });

  it('says so when nothing is due, and counts nothing', async () => {
    db.today = [];
    open('/review');
    expect(await screen.findByRole('heading', { name: 'Nothing is due' })).toBeInTheDocument();
    expect(screen.queryByText(/remembered/)).not.toBeInTheDocument();
    expect(screen.queryByRole('progressbar')).not.toBeInTheDocument();
  });

  it('goes on with the next card when this one was deleted elsewhere, and says why', async () => {
    const why = 'You have no content with this id.';
    server.use(http.post('*/api/review/complete/', failure(404, { content_id: [why] }), { once: true }));
    const { user } = await openTurned();
    db.today = db.today.slice(1);
    await user.click(screen.getByRole('button', { name: 'Remembered' }));
    expect(await screen.findByRole('heading', { name: 'Capital of Peru?' })).toBeInTheDocument();
    expect(screen.getByRole('alert')).toHaveTextContent(why);
    expect(screen.queryByText('Lima')).not.toBeInTheDocument();
    await user.keyboard(' 3');
    expect(await screen.findByRole('heading', { name: 'Done for today' })).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('takes back what it said of a failure once an answer was taken', async () => {
    server.use(http.post('*/api/review/complete/', failure(503, {}), { once: true }));
    const { user } = await openTurned();
    await user.keyboard('3');
    await screen.findByRole('alert');
    await user.keyboard('3');
    expect(await screen.findByRole('heading', { name: 'Capital of Peru?' })).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(db.writes).toHaveLength(1);
  });

  it("shows the server's words for an answer that it refuses", async () => {
    const why = 'Ensure this value is less than or equal to 86400.';
    server.use(http.post('*/api/review/complete/', failure(400, { time_spent: [why] })));
    const { user } = await openTurned();
    await user.keyboard('3');
    expect(await screen.findByRole('alert')).toHaveTextContent(why);
    expect(screen.getByRole('heading', { name: 'What is ATP?' })).toBeInTheDocument();
  });

  it('says when the card comes back, and moves the focus to the next', async () => {
    const { user } = await openTurned();
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    server.use(
      http.post('*/api/review/complete/', () =>
        HttpResponse.json({ content_id: 11, next_review_date: soon, interval_index: 1 }),
      ),
    );
    await user.click(screen.getByRole('button', { name: 'Remembered' }));
    expect(await screen.findByText('“What is ATP?” comes back tomorrow.')).toBeInTheDocument();
    expect(screen.getByRole('heading', { name: 'Capital of Peru?' })).toHaveFocus();
  });

  it('asks for more when the deck is used up but the day is not', async () => {
    const [first, second] = db.today;
    const decks = [[first], [second]];
    server.use(
      http.get('*/api/review/today/', () => {
        const results = decks.shift() ?? [];
        return HttpResponse.json({
          count: results.length + decks.length,
          next: null,
          previous: null,
          results,
        });
      }),
    );
    const { user } = await openTurned();
    await user.keyboard('3');
    expect(await screen.findByRole('heading', { name: 'Capital of Peru?' })).toBeInTheDocument();
    expect(screen.getByText('1 done')).toBeInTheDocument();
  });

  it('is sent once, however often it is pressed', async () => {
    const { user } = await openTurned();
    await user.keyboard('333');
    await screen.findByRole('heading', { name: 'Capital of Peru?' });
    expect(db.writes).toHaveLength(1);
  });

  it('offers to try again when the deck does not come', async () => {
    server.use(http.get('*/api/review/today/', failure(400, { detail: 'No.' }), { once: true }));
    const { user } = open('/review');
    await user.click(await screen.findByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('heading', { name: 'What is ATP?' })).toBeInTheDocument();
  });
});

describe('keys', () => {
  it.each([
    ['1', 'forgot'],
    ['2', 'partial'],
    ['3', 'remembered'],
    ['{ArrowLeft}', 'forgot'],
    ['{ArrowDown}', 'partial'],
    ['{ArrowRight}', 'remembered'],
  ])('%s answers %s', async (key, result) => {
    const { user } = await openTurned();
    await user.keyboard(key);
    await waitFor(() => expect(db.writes[0]?.body).toMatchObject({ content_id: 11, result }));
  });

  it('answer nothing before the card is turned', async () => {
    const { user } = open('/review');
    await screen.findByRole('button', { name: 'Show the answer' });
    await user.keyboard('123');
    expect(db.writes).toEqual([]);
  });

  it('keep their meaning for the browser when a modifier is held', async () => {
    const { user } = await openTurned();
    await user.keyboard('{Alt>}{ArrowLeft}{/Alt}{Control>}1{/Control}');
    expect(db.writes).toEqual([]);
  });
});

describe('a swipe', () => {
  function swipe(dx: number, dy = 0, pointerType = 'touch') {
    const pointer = { pointerType, isPrimary: true, bubbles: true };
    fireEvent.pointerDown(card(), { ...pointer, clientX: 200, clientY: 300 });
    fireEvent.pointerMove(card(), { ...pointer, clientX: 200 + dx, clientY: 300 + dy });
    fireEvent.pointerUp(card(), pointer);
  }

  it.each([
    [150, 'remembered'],
    [-150, 'forgot'],
  ])('of %i pixels answers %s', async (dx, result) => {
    await openTurned();
    swipe(dx);
    await waitFor(() => expect(db.writes[0]?.body).toMatchObject({ result }));
  });

  it.each([
    ['too short', 60, 0, 'touch'],
    ['more down than sideways', 150, 400, 'touch'],
    ['of a mouse, which selects text', 150, 0, 'mouse'],
  ])('that is %s answers nothing', async (_, dx, dy, pointerType) => {
    await openTurned();
    swipe(dx, dy, pointerType);
    expect(card()).not.toHaveAttribute('style', expect.stringContaining('translate'));
    expect(db.writes).toEqual([]);
  });

  it('tilts the card and shows what letting go would answer', async () => {
    await openTurned();
    const pointer = { pointerType: 'touch', isPrimary: true, bubbles: true };
    fireEvent.pointerDown(card(), { ...pointer, clientX: 200, clientY: 300 });
    fireEvent.pointerMove(card(), { ...pointer, clientX: 340, clientY: 300 });
    expect(card().style.transform).toContain('translateX(140px)');
    expect(card()).toHaveClass('ring-good');
    fireEvent.pointerCancel(card(), pointer);
    expect(card().style.transform).toBe('');
    expect(db.writes).toEqual([]);
  });
});
