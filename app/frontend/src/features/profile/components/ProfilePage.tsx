import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '@/components/PageHeader';
import { Failed, Loading } from '@/components/States';
import { profileQuery } from '../api/profile';
import { Appearance } from './Appearance';
import { ProfileSettings } from './ProfileSettings';
import { TierCard } from './TierCard';

export function ProfilePage() {
  const { t } = useTranslation();
  const profile = useQuery(profileQuery);
  return (
    <div className="mx-auto max-w-2xl">
      <PageHeader title={t('profile.title')} {...(profile.data && { text: profile.data.email })} />
      <div className="space-y-5">
        {profile.isPending ? (
          <Loading />
        ) : profile.isError ? (
          <Failed error={profile.error} onRetry={profile.refetch} />
        ) : (
          <>
            <TierCard tier={profile.data.tier} />
            <ProfileSettings profile={profile.data} />
          </>
        )}
        <Appearance />
      </div>
    </div>
  );
}
