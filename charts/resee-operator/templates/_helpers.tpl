{{/* Prefix of object names: the release's name, with the chart's where it does not hold it already. */}}
{{- define "resee-operator.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "resee-operator.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "resee-operator.labels" -}}
{{ include "resee-operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: operator
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "resee-operator.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "resee-operator.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* What the operator may do with deployments of Resee and what they consist of. Each rule says why. */}}
{{- define "resee-operator.rules" -}}
# The deployments themselves: watched, and patched for finalizers and the status.
- apiGroups: [resee.io]
  resources: [reseedeployments]
  verbs: [get, list, watch, patch]
- apiGroups: [resee.io]
  resources: [reseedeployments/status]
  verbs: [patch]
# What users ask of a deployment: a backup, a restore. Looked at, and answered in the status; never made.
- apiGroups: [resee.io]
  resources: [reseebackups, reseerestores]
  verbs: [get, list, watch]
- apiGroups: [resee.io]
  resources: [reseebackups/status, reseerestores/status]
  verbs: [patch]
# Children carry an owner reference that blocks the owner's deletion.
- apiGroups: [resee.io]
  resources: [reseedeployments/finalizers]
  verbs: [update]
# The children: applied on the server (patch, create), put back, and deleted when no longer wanted.
- apiGroups: [""]
  resources: [configmaps, persistentvolumeclaims, secrets, serviceaccounts, services]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [batch]
  resources: [cronjobs, jobs]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [ingresses, networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
# Metrics and alarms, for the Prometheus operator where it is installed.
- apiGroups: [monitoring.coreos.com]
  resources: [alertmanagerconfigs, podmonitors, prometheusrules]
  verbs: [get, list, watch, create, patch, delete]
# A database that CloudNativePG runs, where it is installed.
- apiGroups: [postgresql.cnpg.io]
  resources: [clusters, poolers]
  verbs: [get, list, watch, create, patch, delete]
# How many Pods run, of what the operator scales by itself, and how busy they are.
- apiGroups: [apps]
  resources: [deployments/scale]
  verbs: [patch]
- apiGroups: [metrics.k8s.io]
  resources: [pods]
  verbs: [list]
# What the members of a database across zones may do: label their Pods and keep their state in Endpoints. Nobody
# can give rights that he does not have.
- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles, rolebindings]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [patch]
- apiGroups: [""]
  resources: [endpoints]
  verbs: [get, list, watch, create, patch]
# Pods are looked at: why one does not start is told in the status, with its last log line.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
# An Event that repeats is read by its name, so that its count goes up instead of a second one being made.
- apiGroups: [""]
  resources: [events]
  verbs: [create, get, patch]
{{- end }}
