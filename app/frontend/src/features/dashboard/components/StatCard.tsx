import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

interface Props {
  icon: ReactNode;
  tone: string;
  value: string | number;
  label: string;
}

export function StatCard({ icon, tone, value, label }: Props) {
  const { i18n } = useTranslation();
  return (
    <div className="card p-4 sm:p-5">
      <div className={`mb-3 grid size-10 place-items-center rounded-xl ${tone}`} aria-hidden="true">
        {icon}
      </div>
      <dd className="font-bold text-2xl tabular-nums tracking-tight sm:text-3xl">
        {typeof value === 'number' ? value.toLocaleString(i18n.language) : value}
      </dd>
      <dt className="mt-0.5 text-muted text-sm">{label}</dt>
    </div>
  );
}
