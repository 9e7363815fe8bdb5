/** Time zone and reminders in one form: reminders mean nothing without the zone. */
import { Check } from 'lucide-react';
import { useMemo } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useErrorText } from '@/components/useErrorText';
import { showServerErrors } from '@/lib/forms';
import { LANGUAGES } from '@/lib/i18n';
import type { Profile } from '@/types/api';
import { useChangeProfile } from '../api/profile';
import { type ProfileForm, toForm } from '../form';
import { timeZones, zoneLabel } from '../timeZones';
import { ReminderRow } from './ReminderRow';

function ZoneOptions({ current }: { current: string }) {
  const { i18n } = useTranslation();
  const options = useMemo(
    () => timeZones(current).map((zone) => ({ zone, label: zoneLabel(zone, i18n.language) })),
    [current, i18n.language],
  );
  return options.map(({ zone, label }) => (
    <option key={zone} value={zone}>
      {label}
    </option>
  ));
}

export function ProfileSettings({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const change = useChangeProfile();
  const form = useForm<ProfileForm>({ values: toForm(profile) });
  const { errors, isSubmitting, isDirty } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    try {
      await change.mutateAsync(values);
    } catch (error) {
      showServerErrors(error, ['time_zone'], form.setError, errorText);
    }
  });

  return (
    <form onSubmit={submit} noValidate className="card p-5 sm:p-7">
      <h2 className="mb-4 font-semibold text-lg">{t('profile.reminders')}</h2>
      {errors.root?.server && <Notice>{errors.root.server.message}</Notice>}
      <Field label={t('profile.timeZone')} hint={t('profile.timeZoneHint')} error={errors.time_zone?.message}>
        {(control) => (
          <select {...control} {...form.register('time_zone')} className="input">
            <ZoneOptions current={profile.time_zone} />
          </select>
        )}
      </Field>
      <div className="mt-4">
        <Field label={t('profile.mailLanguage')} hint={t('profile.mailLanguageHint')}>
          {(control) => (
            <select {...control} {...form.register('language')} className="input">
              {Object.entries(LANGUAGES).map(([code, name]) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <div className="mt-3 divide-y divide-line">
        <ReminderRow kind="daily" register={form.register} errors={errors} />
        <ReminderRow kind="evening" register={form.register} errors={errors} />
        <ReminderRow kind="weekly" register={form.register} errors={errors} />
      </div>
      <div className="mt-4 flex items-center justify-end gap-4">
        <p role="status" className="flex items-center gap-1.5 text-good text-sm">
          {change.isSuccess && !isDirty && (
            <>
              <Check className="size-4" aria-hidden="true" />
              {t('profile.saved')}
            </>
          )}
        </p>
        <Button type="submit" busy={isSubmitting} disabled={!isDirty}>
          {t('actions.save')}
        </Button>
      </div>
    </form>
  );
}
