import { fireEvent, screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import * as download from '@/lib/download';
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

describe('the export', () => {
  const task_id = '7d4e';

  function answering(...statuses: string[]) {
    server.use(
      http.post('*/api/analytics/export/', () =>
        HttpResponse.json({ task_id, status: 'pending' }, { status: 202 }),
      ),
      http.get(`*/api/analytics/export/${task_id}/`, () => {
        const status = statuses.shift() ?? 'done';
        return HttpResponse.json({ task_id, status, result: status === 'done' ? { contents: [] } : null });
      }),
    );
  }

  it('is downloaded once a worker has made it', async () => {
    const saved = vi.spyOn(download, 'downloadJson').mockImplementation(() => undefined);
    answering('pending', 'done');
    const { user } = open('/profile');
    await user.click(await screen.findByRole('button', { name: 'Download' }));
    await waitFor(() => expect(saved).toHaveBeenCalledWith({ contents: [] }, 'resee.json'));
  });

  it('says when it failed', async () => {
    answering('failed');
    const { user } = open('/profile');
    await user.click(await screen.findByRole('button', { name: 'Download' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('not made in time');
  });
});
