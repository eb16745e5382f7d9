{{- define "guard.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "guard.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- /* Cluster-wide names: no namespace and no name contains a colon, so two releases never collide. Takes (list root name). */ -}}
{{- define "guard.clusterName" -}}
{{ include "guard.namespace" (index . 0) }}:{{ index . 1 }}
{{- end }}

{{- /* A Service's name begins with a letter, a release's name need not. */ -}}
{{- define "guard.fullname" -}}
{{- $name := printf "%s-%s" .Release.Name (include "guard.name" .) }}
{{- if .Values.fullnameOverride }}{{ $name = .Values.fullnameOverride }}
{{- else if contains (include "guard.name" .) .Release.Name }}{{ $name = .Release.Name }}{{ end }}
{{- if regexMatch "^[0-9]" $name }}{{ $name = printf "guard-%s" $name }}{{ end }}
{{- $name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "guard.selector" -}}
app.kubernetes.io/name: {{ include "guard.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
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
app.kubernetes.io/name: {{ include "guard.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: tracker
{{- end }}

{{- define "guard.trackerLabels" -}}
{{ include "guard.trackerSelector" . }}
{{ include "guard.commonLabels" . }}
{{- end }}

{{- define "guard.commonLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end }}

{{- define "guard.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else }}{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}{{ end }}
{{- end }}

{{- define "guard.owners" -}}
{{- if eq (toString .Values.owners) "auto" }}{{ ne .Values.certs.mode "files" }}{{ else }}{{ .Values.owners }}{{ end }}
{{- end }}

{{- /* Values of an older release may lack what came later: helm upgrade --reuse-values. */ -}}
{{- define "guard.verticalScaling" -}}
{{- (default dict .Values.openkruise).verticalScaling | default "auto" }}
{{- end }}

{{- define "guard.openkruiseNamespace" -}}
{{- (default dict .Values.openkruise).namespace | default "kruise-system" }}
{{- end }}

{{- define "guard.openkruiseDeployment" -}}
{{- (default dict .Values.openkruise).deployment | default "kruise-controller-manager" }}
{{- end }}

{{- /* In chart 0.1.0 the value was drainSeconds. */ -}}
{{- define "guard.shutdownDelay" -}}
{{- $new := ternary 10 .Values.shutdownDelaySeconds (kindIs "invalid" .Values.shutdownDelaySeconds) -}}
{{- if and (hasKey .Values "drainSeconds") (eq (int $new) 10) }}{{ .Values.drainSeconds }}{{ else }}{{ $new }}{{ end }}
{{- end }}

{{- define "guard.port" -}}
{{- .Values.port | default 8443 }}
{{- end }}

{{- define "guard.managementPort" -}}
{{- .Values.managementPort | default 8081 }}
{{- end }}

{{- /* Whether the webhook sends requests to the API server. */ -}}
{{- define "guard.asks" -}}
{{- or (eq .Values.certs.mode "cluster") (eq (include "guard.owners" .) "true") (eq (include "guard.verticalScaling" .) "auto") }}
{{- end }}

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
{{- $ids := dict "runAsUser" 65532 "runAsGroup" 65532 "fsGroup" 65532 }}
{{- range $key := list "runAsUser" "runAsGroup" "fsGroup" }}
{{- $value := index (default $ids $.Values.podSecurity) $key }}
{{- if not (kindIs "invalid" $value) }}
{{ $key }}: {{ int64 $value }}
{{- end }}
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "guard.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /* The namespace label selects the mode; without a label the chart's mode applies. Takes (list root mode). */ -}}
{{- define "guard.namespaces" -}}
{{- $root := index . 0 }}{{ $mode := index . 1 -}}
matchExpressions:
- key: kubernetes.io/metadata.name
  operator: NotIn
  values: {{ concat (list "kube-system" (include "guard.namespace" $root)) $root.Values.webhooks.excludedNamespaces | uniq | toJson }}
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

{{- /* Takes (list root path). Renders only a caBundle that the user gives: others are written at run time. */ -}}
{{- define "guard.client" -}}
{{- $root := index . 0 -}}
service:
  name: {{ include "guard.fullname" $root }}
  namespace: {{ include "guard.namespace" $root | quote }}
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

{{- /* A Pod that the guard can deny: annotated, or controlled by an OpenKruise workload. Takes (list root object). */ -}}
{{- define "guard.governed" -}}
{{- $o := . -}}
(has({{ $o }}.metadata.annotations) && "inplace-guard.io/update-policy" in {{ $o }}.metadata.annotations) ||
    (has({{ $o }}.metadata.ownerReferences) && {{ $o }}.metadata.ownerReferences.exists(r, has(r.controller) && r.controller && r.apiVersion.startsWith("apps.kruise.io/")))
{{- end }}

{{- define "guard.governedPod" -}}
- name: governed
  expression: >-
    {{ include "guard.governed" "object" }} ||
    {{ include "guard.governed" "oldObject" }}
{{- end }}

{{- define "guard.otherPod" -}}
- name: not-governed
  expression: >-
    !({{ include "guard.governed" "object" }} ||
    {{ include "guard.governed" "oldObject" }})
{{- end }}

{{- define "guard.specChanged" -}}
- name: not-being-deleted
  expression: "!has(object.metadata.deletionTimestamp)"
- name: spec-changed
  expression: >-
    request.operation == "CREATE" || has(object.spec) != has(oldObject.spec) || (has(object.spec) && object.spec != oldObject.spec)
{{- end }}

{{- define "guard.sidecarConditions" -}}
- name: not-being-deleted
  expression: "!has(object.metadata.deletionTimestamp)"
- name: injected-fields-or-strategy-changed
  expression: >-
    has(object.spec) != has(oldObject.spec) || (has(object.spec) && (
    {{- range $i, $field := list "updateStrategy" "containers" "initContainers" "volumes" "patchPodMetadata" }}
    {{ if $i }}|| {{ end }}has(object.spec.{{ $field }}) != has(oldObject.spec.{{ $field }}) ||
    (has(object.spec.{{ $field }}) && object.spec.{{ $field }} != oldObject.spec.{{ $field }})
    {{- end }}))
{{- end }}

{{- /* Annotations and labels of both webhook configurations. */ -}}
{{- define "guard.webhookMetadata" -}}
labels:
  {{- include "guard.labels" . | nindent 2 }}
  {{- range $key, $value := .Values.webhooks.labels }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
{{- if or .Values.webhooks.annotations (eq .Values.certs.mode "cert-manager") }}
annotations:
  {{- if eq .Values.certs.mode "cert-manager" }}
  cert-manager.io/inject-ca-from: {{ include "guard.namespace" . }}/{{ include "guard.fullname" . }}
  {{- end }}
  {{- range $key, $value := .Values.webhooks.annotations }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
{{- end }}
{{- end }}

{{- /* Egress of a NetworkPolicy to the API server and to cluster DNS. */}}
{{- define "guard.apiServerEgress" -}}
- ports:
  {{- range .Values.networkPolicy.apiServerPorts | default (list 443 6443) }}
  - {port: {{ . }}, protocol: TCP}
  {{- end }}
  {{- with .Values.networkPolicy.apiServerCidrs }}
  to:
  {{- range . }}
  - ipBlock: {cidr: {{ . | quote }}}
  {{- end }}
  {{- end }}
- ports:
  - {port: 53, protocol: UDP}
  - {port: 53, protocol: TCP}
{{- end }}

{{- /* Ingress to the management port. */}}
{{- define "guard.managementIngress" -}}
- ports:
  - port: management
  {{- with .Values.networkPolicy.managementFrom }}
  from: {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "guard.imagePullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
{{- range . }}
- name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- define "guard.placement" -}}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 0 }}
{{- end }}
{{- end }}

{{- define "guard.extraEnv" -}}
{{- with .Values.extraEnv }}{{ toYaml . }}{{ end }}
{{- end }}

{{- /* Settings that are lists of objects, as Spring reads them from one variable. */ -}}
{{- define "guard.kindsEnv" -}}
{{- if .Values.kinds }}
{{- $kinds := list }}
{{- range .Values.kinds }}{{ $kinds = append $kinds (omit . "resource") }}{{ end }}
- name: SPRING_APPLICATION_JSON
  value: {{ dict "inplace-guard" (dict "kinds" $kinds) | toJson | quote }}
{{- end }}
{{- end }}

{{- define "guard.accountAnnotations" -}}
{{- with (default dict .Values.serviceAccount).annotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end }}

{{- /* The image's cache first, then the chart's options, then the user's, of which the last counts. A JVM refuses two collectors, a
       cache beside options for another archive, and a MinHeapFreeRatio above MaxHeapFreeRatio. Takes (list root heapPercent more
       javaOptions). */ -}}
{{- define "guard.javaOptions" -}}
{{- $users := index . 3 }}
{{- range (index . 0).Values.extraEnv }}
{{- if has .name (list "JDK_JAVA_OPTIONS" "_JAVA_OPTIONS") }}{{ $users = printf "%s %v" $users (.value | default "") }}{{ end }}
{{- end }}
{{- $cache := ternary "" "-XX:AOTCache=/app/inplace-guard.aot -XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 " (regexMatch "-Xshare:|-XX:(Shared(Archive|ClassList)File|DumpLoadedClassList|ArchiveClassesAtExit|AOTCache|AOTConfiguration|AOTMode=(record|create))" $users) -}}
{{- $ratios := ternary "" "-XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 " (regexMatch "-XX:M(in|ax)HeapFreeRatio=" $users) -}}
{{- $gc := ternary "" (printf "-XX:+UseSerialGC -XX:NewRatio=4 -XX:-ShrinkHeapInSteps %s" $ratios) (regexMatch "-XX:\\+Use[A-Za-z0-9]+GC" $users) -}}
{{- printf "%s-XX:TrimNativeHeapInterval=2000 -XX:Tier4InvocationThreshold=40000 -XX:Tier4MinInvocationThreshold=12000 -XX:Tier4CompileThreshold=80000 -XX:Tier4BackEdgeThreshold=320000 %s-XX:MaxRAMPercentage=%v %s-XX:+ExitOnOutOfMemoryError %s" $cache $gc (index . 1) (index . 2) (index . 3) | trim | quote }}
{{- end }}
