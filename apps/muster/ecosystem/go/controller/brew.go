package main

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
)

var brewVersion = schema.GroupVersion{Group: "ecosystem.example.com", Version: "v1"}

// Brew asks for cups.
type Brew struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              BrewSpec   `json:"spec"`
	Status            BrewStatus `json:"status,omitempty"`
}

// BrewSpec is what is wanted.
type BrewSpec struct {
	Cups int32 `json:"cups"`
	// Kind is given a default by the schema.
	Kind string `json:"kind,omitempty"`
}

// BrewStatus is what was done.
type BrewStatus struct {
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	Cups               int32              `json:"cups,omitempty"`
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
}

// BrewList is a list of them.
type BrewList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Brew `json:"items"`
}

// DeepCopyObject copies all of it.
func (b *Brew) DeepCopyObject() runtime.Object { return b.deepCopy() }

func (b *Brew) deepCopy() *Brew {
	copied := *b
	copied.ObjectMeta = *b.ObjectMeta.DeepCopy()
	copied.Status.Conditions = append([]metav1.Condition(nil), b.Status.Conditions...)
	return &copied
}

// DeepCopyObject copies all of it.
func (l *BrewList) DeepCopyObject() runtime.Object {
	copied := BrewList{TypeMeta: l.TypeMeta, ListMeta: *l.ListMeta.DeepCopy()}
	for i := range l.Items {
		copied.Items = append(copied.Items, *l.Items[i].deepCopy())
	}
	return &copied
}

func addBrew(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(brewVersion, &Brew{}, &BrewList{})
	metav1.AddToGroupVersion(scheme, brewVersion)
	return nil
}

func brewDefinition() *apiextensionsv1.CustomResourceDefinition {
	condition := apiextensionsv1.JSONSchemaProps{Type: "object", Required: []string{"type", "status"}, Properties: map[string]apiextensionsv1.JSONSchemaProps{
		"type":               {Type: "string"},
		"status":             {Type: "string", Enum: []apiextensionsv1.JSON{{Raw: []byte(`"True"`)}, {Raw: []byte(`"False"`)}, {Raw: []byte(`"Unknown"`)}}},
		"reason":             {Type: "string"},
		"message":            {Type: "string"},
		"observedGeneration": {Type: "integer", Format: "int64"},
		"lastTransitionTime": {Type: "string", Format: "date-time"},
	}}
	atLeast, listType := float64(1), "map"
	schema := &apiextensionsv1.JSONSchemaProps{Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{
		"spec": {Type: "object", Required: []string{"cups"}, Properties: map[string]apiextensionsv1.JSONSchemaProps{
			"cups": {Type: "integer", Format: "int32", Minimum: &atLeast},
			"kind": {Type: "string", Default: &apiextensionsv1.JSON{Raw: []byte(`"coffee"`)}},
		}},
		"status": {Type: "object", Properties: map[string]apiextensionsv1.JSONSchemaProps{
			"observedGeneration": {Type: "integer", Format: "int64"},
			"cups":               {Type: "integer", Format: "int32"},
			"conditions": {Type: "array", XListType: &listType, XListMapKeys: []string{"type"},
				Items: &apiextensionsv1.JSONSchemaPropsOrArray{Schema: &condition}},
		}},
	}}
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "brews.ecosystem.example.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: brewVersion.Group,
			Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "brews", Singular: "brew", Kind: "Brew", ListKind: "BrewList"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{
				Name: brewVersion.Version, Served: true, Storage: true,
				Schema:       &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: schema},
				Subresources: &apiextensionsv1.CustomResourceSubresources{Status: &apiextensionsv1.CustomResourceSubresourceStatus{}},
			}},
		},
	}
}
