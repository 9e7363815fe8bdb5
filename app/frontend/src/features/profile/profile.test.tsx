import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { http } from 'msw';
import { describe, expect, it } from 'vitest';
import { db, failure, server } from '@/test/backend';
import { profile } from '@/test/data';
import { open } from '@/test/render';
import { toForm } from './form';
import { INTERVALS } from './tiers';
import { timeZones, zoneLabel } from './timeZones';

describe('time zones', () => {
  it('hold the one that is set, even when the browser does not know it', () => {
    expect(timeZones('Mars/Olympus')).toContain('Mars/Olympus');
    expect(timeZones('UTC').filter((zone) => zone === 'UTC')).toHaveLength(1);
  });

  it.each([
    ['Asia/Seoul', 'Asia/Seoul (GMT+9)'],
    ['America/New_York', 'America/New York (GMT-5)'],
    ['America/New_York', 'America/New York (GMT-4)', '2026-03-08T07:00:00Z'],
    ['America/New_York', 'America/New York (GMT-5)', '2026-03-08T06:59:59Z'],
    ['Australia/Lord_Howe', 'Australia/Lord Howe (GMT+11)'],
    ['Australia/Lord_Howe', 'Australia/Lord Howe (GMT+10:30)', '2026-07-15T12:00:00Z'],
    ['Asia/Kathmandu', 'Asia/Kathmandu (GMT+5:45)'],
    ['UTC', 'UTC (GMT+0)'],
  ])('%s is shown as %s', (zone, label, moment = '2026-01-15T12:00:00Z') => {
    expect(zoneLabel(zone, 'en', new Date(moment))).toBe(label);
  });
});

it('times lose their seconds on the way into the form', () => {
  expect(toForm(profile).preferences).toMatchObject({ daily_time: '09:00', evening_time: '20:00' });
});

describe('the profile', () => {
  it('shows who, and what the tier gives', async () => {
    open('/profile');
    expect(await screen.findByText('ann@example.com')).toBeInTheDocument();
    expect(screen.getByLabelText('Change the subscription')).toHaveValue('BASIC');
    const days = INTERVALS.BASIC.map((count) => (count === 1 ? '1 day' : `${count} days`));
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual(
      expect.arrayContaining(days),
    );
  });

  it('changes reminders and time zone', async () => {
    const { user } = open('/profile');
    const save = await screen.findByRole('button', { name: 'Save' });
    expect(save).toBeDisabled();
    await user.click(screen.getByRole('checkbox', { name: /Every evening/ }));
    await user.selectOptions(screen.getByLabelText('Time zone'), 'Europe/Berlin');
    await user.click(screen.getByRole('checkbox', { name: /Every week/ }));
    await user.selectOptions(screen.getByLabelText('Day of the weekly summary'), 'Friday');
    await user.click(save);
    expect(await screen.findByText('Saved')).toBeInTheDocument();
    expect(db.writes[0]).toMatchObject({
      call: 'PATCH /api/accounts/profile/',
      body: {
        time_zone: 'Europe/Berlin',
        preferences: { evening_enabled: false, weekly_enabled: true, weekly_day: 4, daily_time: '09:00' },
      },
    });
    expect(save).toBeDisabled();
  });

  it('changes the language of e-mails without that of the page', async () => {
    const { user } = open('/profile');
    await user.selectOptions(await screen.findByLabelText('Language of e-mails'), '한국어');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Saved')).toBeInTheDocument();
    expect(db.writes[0]?.body).toMatchObject({ language: 'ko' });
    expect(document.documentElement.lang).toBe('en');
  });

  it('changes the subscription, and shows the days of the new one', async () => {
    const { user } = open('/profile');
    await user.selectOptions(await screen.findByLabelText('Change the subscription'), 'PRO');
    expect(await screen.findByText('180 days')).toBeInTheDocument();
    expect(db.writes).toEqual([{ call: 'PATCH /api/accounts/profile/', body: { tier: 'PRO' } }]);
    await user.selectOptions(screen.getByLabelText('Change the subscription'), 'FREE');
    await waitFor(() => expect(screen.queryByText('7 days')).not.toBeInTheDocument());
  });

  it('keeps the subscription, and says why, where only an administrator changes it', async () => {
    const why = 'Only an administrator changes the tier here.';
    server.use(http.patch('*/api/accounts/profile/', failure(400, { tier: [why] })));
    const { user } = open('/profile');
    await user.selectOptions(await screen.findByLabelText('Change the subscription'), 'PRO');
    expect(await screen.findByText(why)).toBeInTheDocument();
    expect(screen.getByLabelText('Change the subscription')).toHaveValue('BASIC');
  });

  it('is saved at the next try when the server was away', async () => {
    server.use(http.patch('*/api/accounts/profile/', failure(503, {}), { once: true }));
    const { user } = open('/profile');
    await user.selectOptions(await screen.findByLabelText('Time zone'), 'Europe/Berlin');
    const save = screen.getByRole('button', { name: 'Save' });
    await user.click(save);
    expect(await screen.findByRole('alert')).toHaveTextContent('cannot be reached');
    expect(screen.queryByText('Saved')).not.toBeInTheDocument();
    await user.click(save);
    expect(await screen.findByText('Saved')).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });

  it('is no longer called saved once something is changed again', async () => {
    const { user } = open('/profile');
    await user.click(await screen.findByRole('checkbox', { name: /Every evening/ }));
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByText('Saved');
    await user.click(screen.getByRole('checkbox', { name: /Every morning/ }));
    expect(screen.queryByText('Saved')).not.toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled();
  });

  it('needs no saving when a change is taken back', async () => {
    const { user } = open('/profile');
    const evening = await screen.findByRole('checkbox', { name: /Every evening/ });
    await user.click(evening);
    expect(screen.getByRole('button', { name: 'Save' })).toBeEnabled();
    await user.click(evening);
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
  });

  it('names the days of the week from Monday on, as the server counts them', async () => {
    open('/profile');
    const days = within(await screen.findByLabelText('Day of the weekly summary')).getAllByRole('option');
    expect(days.map((day) => [day.getAttribute('value'), day.textContent])).toEqual([
      ['0', 'Monday'],
      ['1', 'Tuesday'],
      ['2', 'Wednesday'],
      ['3', 'Thursday'],
      ['4', 'Friday'],
      ['5', 'Saturday'],
      ['6', 'Sunday'],
    ]);
  });

  it('says what the server refuses', async () => {
    server.use(http.patch('*/api/accounts/profile/', failure(400, { time_zone: ['Not a time zone.'] })));
    const { user } = open('/profile');
    await user.selectOptions(await screen.findByLabelText('Time zone'), 'Europe/Berlin');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('Not a time zone.')).toBeInTheDocument();
  });
});

describe('the time of a reminder', () => {
  const MORNING = 'Time: Every morning';

  async function openWith(value: string) {
    const view = open('/profile');
    const time = await screen.findByLabelText(MORNING);
    fireEvent.change(time, { target: { value } });
    await view.user.click(screen.getByRole('button', { name: 'Save' }));
    return { ...view, time };
  }

  it("is sent as it was set, in no zone but the profile's", async () => {
    await openWith('02:30');
    await waitFor(() => expect(db.writes[0]?.body).toMatchObject({ preferences: { daily_time: '02:30' } }));
    expect(db.writes[0]?.body).toMatchObject({ time_zone: 'Asia/Seoul' });
  });

  it('cannot be left empty', async () => {
    const { time } = await openWith('');
    expect(await screen.findByRole('alert')).toHaveTextContent('This field is needed.');
    expect(time).toBeInvalid();
    expect(time).toHaveAccessibleDescription('This field is needed.');
    expect(db.writes).toEqual([]);
  });

  it('that the server refuses is said in its words', async () => {
    const why = 'Time has wrong format.';
    server.use(http.patch('*/api/accounts/profile/', failure(400, { preferences: { daily_time: [why] } })));
    await openWith('09:30');
    expect(await screen.findByRole('alert')).toHaveTextContent(why);
  });
});

describe('a form that is being changed', () => {
  it('keeps what was changed when the subscription is changed beside it', async () => {
    const { user } = open('/profile');
    await user.click(await screen.findByRole('checkbox', { name: /Every evening/ }));
    await user.selectOptions(screen.getByLabelText('Change the subscription'), 'PRO');
    await screen.findByText('180 days');
    expect(screen.getByRole('checkbox', { name: /Every evening/ })).not.toBeChecked();
    await user.click(screen.getByRole('button', { name: 'Save' }));
    await screen.findByText('Saved');
    expect(db.writes[1]?.body).toMatchObject({ preferences: { evening_enabled: false } });
  });
});

describe('appearance', () => {
  it('turns dark at once and stays so', async () => {
    const { user } = open('/profile');
    await user.click(await screen.findByRole('radio', { name: 'Dark' }));
    expect(document.documentElement).toHaveClass('dark');
    expect(localStorage.getItem('resee.theme')).toBe('dark');
    await user.click(screen.getByRole('radio', { name: 'Light' }));
    expect(document.documentElement).not.toHaveClass('dark');
  });

  it('is chosen by the arrow keys', async () => {
    const { user } = open('/profile');
    await user.click(await screen.findByRole('radio', { name: 'Light' }));
    await user.keyboard('{ArrowRight}');
    expect(screen.getByRole('radio', { name: 'Dark' })).toBeChecked();
    expect(document.documentElement).toHaveClass('dark');
    await user.keyboard('{ArrowLeft}');
    expect(document.documentElement).not.toHaveClass('dark');
  });

  it('can be chosen while the profile does not come', async () => {
    server.use(http.get('*/api/accounts/profile/', failure(500, { detail: 'The server failed.' })));
    const { user } = open('/profile');
    await screen.findByRole('alert');
    await user.selectOptions(screen.getByLabelText('Language'), '한국어');
    expect(await screen.findByRole('button', { name: '다시 시도' })).toBeInTheDocument();
    await user.selectOptions(screen.getByLabelText('언어'), 'English');
  });

  it('that was chosen is there when the page is opened again', async () => {
    const { user, unmount } = open('/profile');
    await user.click(await screen.findByRole('radio', { name: 'Dark' }));
    unmount();
    open('/profile');
    expect(await screen.findByRole('radio', { name: 'Dark' })).toBeChecked();
    expect(document.documentElement).toHaveClass('dark');
    await user.click(screen.getByRole('radio', { name: 'System' }));
    expect(document.documentElement).not.toHaveClass('dark');
  });

  it('changes to Korean and back', async () => {
    const { user } = open('/profile');
    await user.selectOptions(await screen.findByLabelText('Language'), '한국어');
    expect(await screen.findByRole('heading', { name: '프로필' })).toBeInTheDocument();
    expect(document.documentElement.lang).toBe('ko');
    await user.selectOptions(screen.getByLabelText('언어'), 'English');
    expect(await screen.findByRole('heading', { name: 'Profile' })).toBeInTheDocument();
  });
});
