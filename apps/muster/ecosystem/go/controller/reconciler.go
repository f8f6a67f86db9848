package main

import (
	"context"
	"fmt"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const washUp = "ecosystem.example.com/wash-up"

// brewer makes a ConfigMap for each Brew, tells its status, and leaves a note when a Brew goes.
type brewer struct {
	client     client.Client
	reconciles atomic.Int64
}

func (b *brewer) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	b.reconciles.Add(1)
	brew := &Brew{}
	if err := b.client.Get(ctx, request.NamespacedName, brew); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if !brew.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, b.leave(ctx, brew)
	}
	if controllerutil.AddFinalizer(brew, washUp) {
		return reconcile.Result{}, b.client.Update(ctx, brew)
	}
	pot := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: brew.Name, Namespace: brew.Namespace}}
	if _, err := controllerutil.CreateOrUpdate(ctx, b.client, pot, func() error {
		pot.Data = map[string]string{"order": fmt.Sprintf("%d %s", brew.Spec.Cups, brew.Spec.Kind)}
		return controllerutil.SetControllerReference(brew, pot, b.client.Scheme())
	}); err != nil {
		return reconcile.Result{}, err
	}
	before := brew.deepCopy()
	brew.Status.ObservedGeneration, brew.Status.Cups = brew.Generation, brew.Spec.Cups
	meta.SetStatusCondition(&brew.Status.Conditions, metav1.Condition{
		Type: "Ready", Status: metav1.ConditionTrue, Reason: "Brewed", ObservedGeneration: brew.Generation,
	})
	return reconcile.Result{}, b.client.Status().Patch(ctx, brew, client.MergeFrom(before))
}

// leave writes down that the Brew was washed up, before it lets it go.
func (b *brewer) leave(ctx context.Context, brew *Brew) error {
	if !controllerutil.ContainsFinalizer(brew, washUp) {
		return nil
	}
	note := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "washed-" + brew.Name, Namespace: brew.Namespace}}
	if _, err := controllerutil.CreateOrUpdate(ctx, b.client, note, func() error {
		note.StringData = map[string]string{"uid": string(brew.UID)}
		return nil
	}); err != nil {
		return err
	}
	controllerutil.RemoveFinalizer(brew, washUp)
	return client.IgnoreNotFound(b.client.Update(ctx, brew))
}

func keyOf(namespace, name string) types.NamespacedName {
	return types.NamespacedName{Namespace: namespace, Name: name}
}
