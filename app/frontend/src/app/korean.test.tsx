/** Every page in Korean: no word of English is left, numbers and days are as Korean writes them. */
import { screen, waitFor } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { changeLanguage } from '@/lib/i18n';
import { db, failure, server } from '@/test/backend';
import { category, content, dashboard, schedule } from '@/test/data';
import { open, openGuest } from '@/test/render';

const PAGES = {
  '/': '대시보드',
  '/review': '오늘의 복습',
  '/contents': '콘텐츠',
  '/contents/new': '새 콘텐츠',
  '/contents/11': '눈치',
  '/categories': '카테고리',
  '/profile': '프로필',
  '/nowhere': '찾을 수 없음',
} as const;
/** Names, and words that Korean has taken over. */
const KEPT = /Resee|ann@example\.com|English|Markdown|ATP|FREE|BASIC|PRO|Asia\/Seoul|Europe\/Berlin|UTC|GMT/g;

beforeEach(async () => {
  vi.spyOn(Intl, 'supportedValuesOf').mockReturnValue(['Asia/Seoul', 'Europe/Berlin']);
  const nunchi = content(11, '눈치', { body: '분위기를 읽는 힘', category: 1, category_name: '한국어' });
  db.contents = [nunchi];
  db.categories = [category(1, '한국어')];
  db.today = [schedule(1, nunchi)];
  server.use(
    http.get('*/api/review/category-stats/', () =>
      HttpResponse.json({
        count: 1,
        next: null,
        previous: null,
        results: [{ category: 1, name: '한국어', contents: 8, due: 2, reviews: 40, success_rate: 0.75 }],
      }),
    ),
  );
  await changeLanguage('ko');
});
afterEach(() => changeLanguage('en'));

/** All that is read, aloud too. */
function words(container: Element): string {
  const spoken = [...container.querySelectorAll('[aria-label], [placeholder]')].map(
    (element) => `${element.getAttribute('aria-label') ?? ''} ${element.getAttribute('placeholder') ?? ''}`,
  );
  return [container.textContent, ...spoken].join(' ');
}

/** Words in Latin letters, but for those that stay so in Korean. */
function latin(page: HTMLElement) {
  return words(page)
    .replaceAll(KEPT, '')
    .match(/[A-Za-z]{2,}/g);
}

async function settle(heading: string) {
  await screen.findByRole('heading', { level: 1, name: heading });
  await waitFor(() => expect(screen.queryByText('불러오는 중…')).not.toBeInTheDocument());
}

describe.each(Object.entries(PAGES))('the page %s', (path, heading) => {
  it('is in Korean throughout', async () => {
    const { container } = open(path);
    await settle(heading);
    expect(latin(container)).toBeNull();
    expect(document.title).toBe(`${heading} · Resee`);
  });
});

it.each([
  ['/login', '로그인'],
  ['/register', '회원가입'],
])('the page %s is in Korean throughout', async (path, heading) => {
  const { container } = openGuest(path);
  await settle(heading);
  expect(latin(container)).toBeNull();
});

describe('counts', () => {
  it.each([0, 1, 2, 1234])('of %i have the one form that Korean has', async (count) => {
    server.use(
      http.get('*/api/analytics/dashboard/', () =>
        HttpResponse.json({
          ...dashboard,
          streak: count,
          due_today: 3,
          total_reviews: count,
          upcoming: [{ date: '2026-03-02', count }],
        }),
      ),
    );
    open('/');
    const figures = (await screen.findByText('연속 복습')).closest('dl') as HTMLElement;
    expect(figures).toHaveTextContent(`${count}일연속 복습`);
    expect(figures).toHaveTextContent(`${count === 1234 ? '1,234' : count}누적 복습`);
    expect(screen.getByText(`복습 ${count}개`)).toBeInTheDocument();
  });
});

describe("the server's sentences", () => {
  const TAKEN = {
    ko: '이미 가입된 이메일 주소입니다.',
    en: 'A user with this e-mail address exists already.',
  };

  /** Answers as the backend does: in the language that the request asks for. */
  function taken() {
    server.use(
      http.post('*/api/accounts/users/register/', ({ request }) => {
        const language = request.headers.get('Accept-Language') as keyof typeof TAKEN;
        return HttpResponse.json({ email: [TAKEN[language]] }, { status: 400 });
      }),
    );
  }

  it('are in the language of the page, beside their field', async () => {
    taken();
    const { user } = openGuest('/register');
    await user.type(await screen.findByLabelText('이메일'), 'new@example.com');
    await user.type(screen.getByLabelText('비밀번호'), 'correct horse');
    await user.type(screen.getByLabelText('비밀번호 확인'), 'correct horse');
    await user.click(screen.getByRole('button', { name: '계정 만들기' }));
    expect(await screen.findByText(TAKEN.ko)).toBeInTheDocument();
    expect(screen.getByLabelText('이메일')).toHaveAccessibleDescription(TAKEN.ko);
    // Who goes on in the other language is told in it.
    await user.selectOptions(screen.getByLabelText('언어'), 'en');
    await user.click(await screen.findByRole('button', { name: 'Create account' }));
    expect(await screen.findByText(TAKEN.en)).toBeInTheDocument();
    expect(screen.queryByText(TAKEN.ko)).not.toBeInTheDocument();
  });

  it('about the whole request stand above the form', async () => {
    const sentence = '데이터베이스에 쓸 수 없습니다.';
    server.use(http.post('*/api/contents/', failure(400, { detail: sentence })));
    const { user } = open('/contents/new');
    await user.type(await screen.findByLabelText('제목'), '정');
    await user.type(screen.getByLabelText('기억하고 싶은 내용'), '情');
    await user.click(screen.getByRole('button', { name: '콘텐츠 저장' }));
    expect(await screen.findByRole('alert')).toHaveTextContent(sentence);
  });
});

it('days and dates are as Korean writes them', async () => {
  open('/');
  expect(await screen.findByText(/^\d{1,2}월 \d{1,2}일 [일월화수목금토]요일$/)).toBeInTheDocument();
  expect(await screen.findByText('오늘')).toBeInTheDocument();
  expect(screen.getByText('화')).toBeInTheDocument();
});

it('an answer says when the card comes back', async () => {
  const moment = new Date(Date.now() + 3 * 86_400_000).toISOString();
  server.use(
    http.post('*/api/review/complete/', () =>
      HttpResponse.json({ content_id: 11, next_review_date: moment, interval_index: 1 }),
    ),
  );
  db.today.push(schedule(2, content(12, '정')));
  const { user } = open('/review');
  await user.click(await screen.findByRole('button', { name: '정답 보기' }));
  await user.keyboard('3');
  expect(await screen.findByText('‘눈치’ 복습은 3일 후 다시 나옵니다.')).toBeInTheDocument();
});
