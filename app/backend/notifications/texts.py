"""The sentences of the e-mails, in English and in Korean."""

from dataclasses import dataclass

from django.conf import settings

from accounts.models import Language


@dataclass(frozen=True)
class Letter:
    """What one e-mail says."""

    subject: str
    body: str


class Texts:
    """One language: each method makes a letter from its numbers."""

    def morning(self, due: int) -> Letter:
        raise NotImplementedError

    def evening(self, due: int) -> Letter:
        raise NotImplementedError

    def week(self, reviews: int, remembered: int, due: int) -> Letter:
        raise NotImplementedError


class English(Texts):
    def morning(self, due: int) -> Letter:
        reviews = self._reviews(due)
        return Letter(f"{reviews} today", self._body(f"Good morning! You have {reviews} today:", "/review"))

    def evening(self, due: int) -> Letter:
        reviews = self._reviews(due)
        return Letter(
            f"{reviews} left for today", self._body(f"There is still time for {reviews} today:", "/review")
        )

    def week(self, reviews: int, remembered: int, due: int) -> Letter:
        counts = f"Reviews in the last seven days: {reviews}\nRemembered: {remembered}\nDue today: {due}"
        return Letter("Your week in Resee", self._body(counts, "/"))

    def _reviews(self, count: int) -> str:
        return "1 review" if count == 1 else f"{count} reviews"

    def _body(self, text: str, path: str) -> str:
        return _body(text, path, "Change or stop these messages")


class Korean(Texts):
    def morning(self, due: int) -> Letter:
        return Letter(
            f"오늘 복습 {due}개",
            self._body(f"좋은 아침이에요! 오늘 복습할 내용이 {due}개 있어요:", "/review"),
        )

    def evening(self, due: int) -> Letter:
        return Letter(
            f"오늘 복습이 {due}개 남았어요",
            self._body(f"아직 늦지 않았어요. 오늘 복습 {due}개가 기다리고 있어요:", "/review"),
        )

    def week(self, reviews: int, remembered: int, due: int) -> Letter:
        counts = f"지난 7일 동안의 복습: {reviews}\n기억함: {remembered}\n오늘 복습할 내용: {due}"
        return Letter("Resee에서 보낸 한 주", self._body(counts, "/"))

    def _body(self, text: str, path: str) -> str:
        return _body(text, path, "알림을 바꾸거나 끄려면")


TEXTS: dict[str, Texts] = {Language.ENGLISH: English(), Language.KOREAN: Korean()}


def _body(text: str, path: str, footer: str) -> str:
    return f"{text}\n{settings.FRONTEND_URL}{path}\n\n{footer}: {settings.FRONTEND_URL}/profile\n"
