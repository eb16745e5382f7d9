{{- define "guard.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "guard.fullname" -}}
{{- if .Values.fullnameOverride }}{{ .Values.fullnameOverride | trunc 50 | trimSuffix "-" }}
{{- else if contains (include "guard.name" .) .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name (include "guard.name" .) | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "guard.selector" -}}
app.kubernetes.io/name: {{ include "guard.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: webhook
{{- end }}

{{- define "guard.labels" -}}
{{ include "guard.selector" . }}
{{ include "guard.commonLabels" . }}
{{- end }}

{{- define "guard.tracker" -}}
{{ include "guard.fullname" . }}-tracker
{{- end }}

{{- define "guard.trackerSelector" -}}
app.kubernetes.io/name: {{ include "guard.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: tracker
{{- end }}

{{- define "guard.trackerLabels" -}}
{{ include "guard.trackerSelector" . }}
{{ include "guard.commonLabels" . }}
{{- end }}

{{- define "guard.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "guard.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else }}{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}{{ end }}
{{- end }}

{{- define "guard.owners" -}}
{{- if eq (toString .Values.owners) "auto" }}{{ ne .Values.certs.mode "files" }}{{ else }}{{ .Values.owners }}{{ end }}
{{- end }}

{{- /* Whether the pods ask the API server for anything. */ -}}
{{- define "guard.asks" -}}
{{- or (eq .Values.certs.mode "cluster") (eq (include "guard.owners" .) "true") }}
{{- end }}

{{- /* Values of an older release may lack what came later: helm upgrade --reuse-values. */ -}}
{{- define "guard.clientCaMode" -}}
{{- (default dict .Values.clientCa).mode | default "off" }}
{{- end }}

{{- define "guard.secret" -}}
{{- if eq .Values.certs.mode "files" }}{{ required "certs.mode files needs certs.secretName: name a kubernetes.io/tls Secret with ca.crt" .Values.certs.secretName }}
{{- else if eq .Values.certs.mode "cert-manager" }}{{ include "guard.fullname" . }}-tls
{{- else }}{{ include "guard.fullname" . }}-certs{{ end }}
{{- end }}

{{- define "guard.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "guard.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* The label decides; where there is none, the chart's mode. Takes (list root mode). */ -}}
{{- define "guard.namespaces" -}}
{{- $root := index . 0 }}{{ $mode := index . 1 -}}
matchExpressions:
- key: kubernetes.io/metadata.name
  operator: NotIn
  values: {{ concat (list "kube-system" $root.Release.Namespace) $root.Values.webhooks.excludedNamespaces | uniq | toJson }}
{{- if eq $mode "any" }}
{{- if eq $root.Values.mode "off" }}
- key: inplace-guard.io/mode
  operator: In
  values: [enforce, warn, audit]
{{- else }}
- key: inplace-guard.io/mode
  operator: NotIn
  values: ["off"]
{{- end }}
{{- else if eq $mode $root.Values.mode }}
- key: inplace-guard.io/mode
  operator: NotIn
  values: {{ without (list "enforce" "warn" "audit" "off") $mode | toJson }}
{{- else }}
- key: inplace-guard.io/mode
  operator: In
  values: [{{ $mode }}]
{{- end }}
{{- end }}

{{- /* Takes (list root path). No caBundle but one that the user gives: whoever makes it writes it. */ -}}
{{- define "guard.client" -}}
{{- $root := index . 0 -}}
service:
  name: {{ include "guard.fullname" $root }}
  namespace: {{ $root.Release.Namespace | quote }}
  path: {{ index . 1 }}
  port: 443
{{- if and (eq $root.Values.certs.mode "files") $root.Values.certs.caBundle }}
caBundle: {{ $root.Values.certs.caBundle }}
{{- end }}
{{- end }}

{{- define "guard.podConditions" -}}
- name: not-being-deleted
  expression: "!has(object.metadata.deletionTimestamp)"
- name: spec-changed
  expression: "object.spec != oldObject.spec"
{{- end }}

{{- define "guard.workloadConditions" -}}
- name: not-being-deleted
  expression: "!has(object.metadata.deletionTimestamp)"
- name: template-or-strategy-changed
  expression: >-
    request.operation == "CREATE" || !has(object.spec) || !has(oldObject.spec) ||
    has(object.spec.updateStrategy) != has(oldObject.spec.updateStrategy) ||
    (has(object.spec.updateStrategy) && object.spec.updateStrategy != oldObject.spec.updateStrategy) ||
    has(object.spec.template) != has(oldObject.spec.template) ||
    (has(object.spec.template) && object.spec.template != oldObject.spec.template) ||
    has(object.spec.volumeClaimTemplates) != has(oldObject.spec.volumeClaimTemplates) ||
    (has(object.spec.volumeClaimTemplates) && object.spec.volumeClaimTemplates != oldObject.spec.volumeClaimTemplates) ||
    has(object.spec.containers) != has(oldObject.spec.containers) ||
    (has(object.spec.containers) && object.spec.containers != oldObject.spec.containers) ||
    has(object.spec.initContainers) != has(oldObject.spec.initContainers) ||
    (has(object.spec.initContainers) && object.spec.initContainers != oldObject.spec.initContainers) ||
    has(object.spec.topology) != has(oldObject.spec.topology) ||
    (has(object.spec.topology) && (has(object.spec.topology.subsets) != has(oldObject.spec.topology.subsets) ||
    (has(object.spec.topology.subsets) && object.spec.topology.subsets.map(s, has(s.patch) ? [s.name, s.patch] : [s.name]) !=
    oldObject.spec.topology.subsets.map(s, has(s.patch) ? [s.name, s.patch] : [s.name]))))
{{- end }}

{{- /* Where a NetworkPolicy lets the API server be reached, by its name in DNS. */}}
{{- define "guard.apiServerPorts" -}}
{{- range .Values.networkPolicy.apiServerPorts | default (list 443 6443) -}}
- {port: {{ . }}, protocol: TCP}
{{ end -}}
- {port: 53, protocol: UDP}
- {port: 53, protocol: TCP}
{{- end }}
